"""The parts of a checkpoint: each fits into a record, and together they are the state."""

from collections.abc import Callable

import pytest

from tradestack.domain.position import Position
from tradestack.trading.account.account_state import AccountState, UnderWay
from tradestack.trading.account.checkpoint import (
    PART_BYTES_MAX,
    decode_checkpoint,
    encode_checkpoint,
)
from tradestack.trading.risk.windows import Activity, EventWindow
from tradestack.wire.journal.account_records import RAW_BYTES_MAX

MANY = 20_000
TIMES = 10_001  # one more than a window may be asked to count


def with_requests(state: AccountState) -> None:
    """Let very many orders be on their way."""
    state.under_way = [
        UnderWay(arrival_ns=number, cause=number, order_id=number) for number in range(MANY)
    ]


def with_symbols(state: AccountState) -> None:
    """Let it have traded very many symbols."""
    for number in range(MANY):
        symbol = f"{number:024}"
        state.risk.counts_of(symbol).orders = number
        state.portfolio.positions[symbol] = Position()
        state.portfolio.marks[symbol] = number


def with_windows(state: AccountState) -> None:
    """Let windows be as full as they can be."""
    times = [2**60 + number for number in range(TIMES)]
    for number in range(3):
        windows = (EventWindow(times_ns=times) for _ in range(3))
        submissions, cancels, executions = windows
        state.risk.activities[str(number)] = Activity(
            submissions=submissions, cancels=cancels, executions=executions
        )
    state.risk.repeated.windows = {
        str(number): EventWindow(times_ns=times[:100]) for number in range(1_024)
    }


@pytest.mark.parametrize("fill", [with_requests, with_symbols, with_windows])
def test_a_large_state_is_cut_into_parts(fill: Callable[[AccountState], None]) -> None:
    """Whatever it is that is large."""
    state = AccountState(matched_through=7)
    fill(state)

    parts = encode_checkpoint(state)

    assert len(parts) > 1
    assert max(map(len, parts)) <= RAW_BYTES_MAX
    assert all(len(part) <= PART_BYTES_MAX or b"times_ns" in part for part in parts)
    assert decode_checkpoint(parts) == state
    assert encode_checkpoint(decode_checkpoint(parts)) == parts


def test_a_large_state_stays_as_it_is() -> None:
    """To cut it takes nothing away from the account that goes on."""
    state, same = AccountState(), AccountState()
    for each in (state, same):
        with_requests(each)
        with_symbols(each)

    encode_checkpoint(state)

    assert state == same


def test_a_small_state_is_one_part() -> None:
    """The bytes that journals have had before."""
    state = AccountState(under_way=[UnderWay(arrival_ns=1, cause=1, order_id=1)])

    (part,) = encode_checkpoint(state)

    assert decode_checkpoint([part]) == state
