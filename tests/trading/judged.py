"""Messages judged, journalled in memory and committed; and any messages, for properties."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    a_header,
    a_message,
    a_register,
    an_order,
    some_rules,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side, Start
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import Batch, Malformed, Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.rules import Rules
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.replay import replay
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.order_journal import Record, decode_record
from tradestack.wire.orders import decode_server_message

RULES = some_rules()


class MemoryJournal:
    """Journal in memory: payloads, and the offsets that they have in a file."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.size_bytes = 0

    def append(self, payloads: list[bytes]) -> list[int]:
        offsets = []
        for payload in payloads:
            offsets.append(self.size_bytes + 9)
            self.payloads.append(payload)
            self.size_bytes += len(payload) + 10
        return offsets

    def read(self, offset: int, length: int) -> Record:
        """Read the record at that place."""
        return decode_record(self.bytes[offset : offset + length])

    @property
    def bytes(self) -> bytes:
        return b"".join(b"xxxxxxxx " + payload + b"\n" for payload in self.payloads)

    def replayed(self) -> SessionState:
        """Replay all payloads; return the state."""
        state = SessionState(a_header())
        offset = 9
        for payload in self.payloads:
            replay(state, [(offset, payload)])
            offset += len(payload) + 10
        return state


def state_of(state: SessionState) -> dict[str, Any]:
    """Return all fields of a state by name."""
    names = SessionState.__slots__
    return {name: getattr(state, name) for name in names if hasattr(state, name)}


def judge_all(
    state: SessionState,
    journal: MemoryJournal,
    messages: Sequence[Received],
    rules: Rules = RULES,
) -> Batch:
    """Judge the messages, where nothing executes orders."""
    return judge(KnownOrders(state, journal.read), messages, rules, None, NOW_NS)


def settle(state: SessionState, journal: MemoryJournal, *messages: Received) -> Batch:
    """Judge, journal and commit the messages."""
    batch = judge_all(state, journal, messages)
    commit(state, batch.judged, journal.append(batch.records))
    return batch


def reports_of(journal: MemoryJournal, state: SessionState, user: str) -> list[Any]:
    """Return a user's reports: the ranges of the index, cut out of the file."""
    content = journal.bytes
    ranges = state.reports[user]
    cuts = [ranges[index] for index in range(len(ranges))]
    return [decode_server_message(content[offset : offset + length]) for offset, length in cuts]


orders = st.builds(
    an_order,
    cl_ord_id=st.sampled_from(["a", "b", "c"]),
    side=st.sampled_from(Side),
    quantity=st.sampled_from([0, 10 * SCALE, 5_000 * SCALE]),
    signal_time_ns=st.sampled_from([None, 0, NOW_NS]),
    feed_session=st.sampled_from([None, "A" * 10, "B" * 10]),
    feed_seq=st.none() | st.integers(0, 1_000),
)
registers = st.builds(
    a_register,
    config_hash=st.sampled_from(["x", "y"]),
    feed_session=st.sampled_from(["A" * 10, "B" * 10]),
    head=st.integers(0, 1_000),
    start=st.sampled_from(Start),
)
malformed = st.builds(Malformed, st.text(max_size=20), st.sampled_from(["", "a"]))
messages = st.builds(
    a_message,
    st.one_of(orders, orders, registers, malformed),
    st.sampled_from(["news", "other"]),
    st.integers(NOW_NS, NOW_NS + 10**9),
)
