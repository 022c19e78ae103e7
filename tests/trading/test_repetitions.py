"""Orders whose ClOrdID is known: repetitions, and other orders under the same id."""

from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    a_header,
    a_message,
    an_order,
    some_rules,
)
from tests.trading.judged import MemoryJournal, judge_all, reports_of, settle
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdRejReason, OrdStatus, OrdType, Side, TimeInForce
from tradestack.trading.commit import commit
from tradestack.trading.risk.limits import Limits, RiskLimits
from tradestack.trading.session.session_state import SessionState


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
@pytest.mark.parametrize(
    "annotations",
    [
        {},
        {
            "signal_time_ns": 0,
            "reference_price": SCALE,
            "signal_value": SCALE,
            "transact_time_ns": 5,
        },
        {"signal_label": "score"},
    ],
)
def test_the_same_order_again_is_counted_and_nothing_else(
    annotations: dict[str, Any], *, together: bool
) -> None:
    """Annotations are never compared, not even a SignalTime that is too old by now."""
    state, journal = SessionState(a_header()), MemoryJournal()
    received = [a_message(an_order()), a_message(an_order(**annotations))]

    batches = [received] if together else [received[:1], received[1:]]
    duplicates = [settle(state, journal, *batch).duplicates for batch in batches]

    assert sum(duplicates) == 1
    assert len(journal.payloads) == 1
    assert state.next_order_id == 2


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
@pytest.mark.parametrize(
    "change",
    [
        {"symbol": "IBM"},
        {"side": Side.SELL},
        {"quantity": 11 * SCALE},
        {"ord_type": OrdType.LIMIT, "price": 168 * SCALE},
        {"time_in_force": TimeInForce.DAY},
    ],
)
def test_a_known_clordid_with_another_order_is_rejected_and_the_first_stays(
    change: dict[str, Any], *, together: bool
) -> None:
    """An order that differs in any compared field is another order."""
    state, journal = SessionState(a_header()), MemoryJournal()
    received = [a_message(an_order()), a_message(an_order(**change)), a_message(an_order())]

    for batch in [received] if together else [[message] for message in received]:
        settle(state, journal, *batch)

    accepted, rejected = reports_of(journal, state, "news")
    assert accepted.ord_status == OrdStatus.NEW
    assert rejected.reject_reason == OrdRejReason.DUPLICATE_ORDER
    assert rejected.order_id == 2


def test_the_first_order_counts_also_for_what_follows_a_duplicate() -> None:
    """A rejected duplicate never takes the place of the order that has the ClOrdID."""
    state, journal = SessionState(a_header()), MemoryJournal()
    first, other = an_order(), an_order(side=Side.SELL)
    settle(state, journal, a_message(first))

    batch = settle(state, journal, a_message(other), a_message(first), a_message(other))

    assert (len(batch.orders), batch.duplicates) == (2, 1)
    assert {judged.reason for judged in batch.orders} == {OrdRejReason.DUPLICATE_ORDER}


def test_a_rejected_order_uses_up_its_clordid() -> None:
    """Sent again it is a repetition, even if it would be accepted now."""
    state, journal = SessionState(a_header()), MemoryJournal()
    received = a_message(an_order(symbol="IBM"))
    strict = some_rules(limits=RiskLimits(total=Limits(allowed_symbols=("SPY",))))
    batch = judge_all(state, journal, [received], strict)
    commit(state, batch.judged, journal.append(batch.records))

    again = settle(state, journal, received)

    (report,) = reports_of(journal, state, "news")
    assert report.reject_reason == OrdRejReason.UNKNOWN_SYMBOL
    assert again.duplicates == 1
