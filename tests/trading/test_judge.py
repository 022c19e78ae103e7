"""Orders, repetitions, registrations, nonsense → records and reports; and replay gives the same."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.daemons.tradestack_order_manager.samples import (
    FEED_SESSION,
    NOW_NS,
    SESSION,
    a_header,
    a_message,
    a_register,
    an_order,
    some_rules,
)
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdRejReason, OrdStatus, OrdType, Side, Start, TimeInForce
from tradestack.trading.decisions import Batch, Malformed, Received
from tradestack.trading.judge import judge
from tradestack.trading.registrations import Registration
from tradestack.trading.session_state import CARRIED_MAX, SessionState
from tradestack.wire.order_journal import (
    CarriedRegistration,
    OrderRecord,
    decode_record,
    report_length,
)
from tradestack.wire.order_messages import Registered
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

    def reader(self, state: SessionState) -> Callable[[int], OrderRecord]:
        """Return a function that reads the record of an order by its number."""

        def read_order(order_id: int) -> OrderRecord:
            offset, length = state.orders[order_id - state.header.next_order_id]
            record = decode_record(self.bytes[offset : offset + length])
            assert isinstance(record, OrderRecord)
            return record

        return read_order

    @property
    def bytes(self) -> bytes:
        return b"".join(b"xxxxxxxx " + payload + b"\n" for payload in self.payloads)

    def replayed(self) -> SessionState:
        """Replay all payloads; return the state."""
        state = SessionState(a_header())
        offset = 9
        for payload in self.payloads:
            state.replay(offset, payload)
            offset += len(payload) + 10
        return state


def state_of(state: SessionState) -> dict[str, Any]:
    """Return all fields of a state by name."""
    names = SessionState.__slots__
    return {name: getattr(state, name) for name in names if hasattr(state, name)}


def settle(state: SessionState, journal: MemoryJournal, *messages: Received) -> Batch:
    """Judge, journal and commit the messages."""
    batch = judge(state, messages, RULES, journal.reader(state))
    state.commit(batch.judged, journal.append(batch.records))
    return batch


def reports_of(journal: MemoryJournal, state: SessionState, user: str) -> list[Any]:
    """Return a user's reports: the ranges of the index, cut out of the file."""
    content = journal.bytes
    ranges = state.reports[user]
    cuts = [ranges[index] for index in range(len(ranges))]
    return [decode_server_message(content[offset : offset + length]) for offset, length in cuts]


def test_orders_are_numbered_and_reported_to_their_user() -> None:
    """Numbers are shared by all users; each has a report stream."""
    state, journal = SessionState(a_header()), MemoryJournal()

    settle(state, journal, a_message(an_order()), a_message(an_order(), "other"))

    (first,) = reports_of(journal, state, "news")
    (second,) = reports_of(journal, state, "other")
    assert (first.order_id, first.ord_status, first.cl_ord_id) == (1, OrdStatus.NEW, "news-1")
    assert (second.order_id, second.ord_status) == (2, OrdStatus.NEW)
    assert first.exec_id != second.exec_id
    assert first.transact_time_ns == NOW_NS


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

    for batch in [received] if together else [[one] for one in received]:
        settle(state, journal, *batch)

    accepted, rejected = reports_of(journal, state, "news")
    assert accepted.ord_status == OrdStatus.NEW
    assert rejected.reject_reason == OrdRejReason.DUPLICATE_ORDER
    assert rejected.order_id == 2


def test_a_rejected_order_uses_up_its_clordid() -> None:
    """Sent again it is a repetition, even if it would be accepted now."""
    state, journal = SessionState(a_header()), MemoryJournal()
    received = a_message(an_order(symbol="IBM"))
    strict = some_rules(symbols=frozenset({"SPY"}))
    batch = judge(state, [received], strict, journal.reader(state))
    state.commit(batch.judged, journal.append(batch.records))

    again = settle(state, journal, received)

    (report,) = reports_of(journal, state, "news")
    assert report.reject_reason == OrdRejReason.UNKNOWN_SYMBOL
    assert again.duplicates == 1


def test_what_did_not_parse_is_reported_without_a_number_and_uses_up_nothing() -> None:
    """The same ClOrdID in a correct message is a new order."""
    state, journal = SessionState(a_header()), MemoryJournal()

    settle(state, journal, a_message(Malformed("no Side", "news-1")), a_message(an_order()))

    refused, accepted = reports_of(journal, state, "news")
    assert refused.order_id is None
    assert (refused.reject_reason, refused.text) == (OrdRejReason.OTHER, "no Side")
    assert (accepted.ord_status, accepted.order_id) == (OrdStatus.NEW, 1)
    assert (state.counters.orders_malformed, state.counters.orders_received) == (1, 1)


def test_a_report_that_quotes_the_journal_is_still_found() -> None:
    """Text of a peer that looks like the record's last field cannot move the report's range."""
    state, journal = SessionState(a_header()), MemoryJournal()
    hostile = 'x,"Report":{"MsgType":"ExecutionReport"}}\\",\\"Report\\":{'

    settle(state, journal, a_message(Malformed(hostile, "a")), a_message(an_order(cl_ord_id='",')))

    refused, accepted = reports_of(journal, state, "news")
    assert hostile == refused.text
    assert accepted.cl_ord_id == '",'


def test_counters_add_up() -> None:
    """Received = accepted + rejected; repetitions and nonsense apart."""
    state, journal = SessionState(a_header()), MemoryJournal()

    settle(
        state,
        journal,
        a_message(an_order()),
        a_message(an_order()),
        a_message(an_order(cl_ord_id="2", quantity=0)),
        a_message(an_order(side=Side.SELL)),
        a_message(Malformed("", "")),
        a_message(a_register()),
    )

    counters = state.counters
    assert (
        counters.orders_received,
        counters.orders_accepted,
        counters.orders_rejected,
    ) == (3, 1, 2)
    assert counters.rejects == {
        OrdRejReason.INCORRECT_QUANTITY: 1,
        OrdRejReason.DUPLICATE_ORDER: 1,
    }
    assert (counters.orders_malformed, counters.registrations) == (1, 1)


def test_a_full_session_records_nothing_more_but_knows_what_it_knew() -> None:
    """Repetitions are still recognised, all other messages are refused."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(an_order()))
    received = [
        a_message(an_order()),
        a_message(an_order(cl_ord_id="2")),
        a_message(an_order(cl_ord_id="3")),
        a_message(a_register()),
        a_message(Malformed("", "")),
    ]

    batch = judge(state, received, some_rules(reports_per_session_max=2), journal.reader(state))

    assert (batch.duplicates, len(batch.judged), batch.excess) == (1, 1, received[2:])


def test_judging_changes_nothing() -> None:
    """A batch that the journal refuses leaves no trace: the same messages may come again."""
    state = SessionState(a_header())
    received = [a_message(an_order()), a_message(a_register()), a_message(Malformed("", ""))]

    first = judge(state, received, RULES, MemoryJournal().reader(state))
    second = judge(state, received, RULES, MemoryJournal().reader(state))

    assert first.records == second.records
    assert state_of(SessionState(a_header())).keys() == state_of(state).keys()
    assert (state.reports_count, state.order_ids, state.next_order_id) == (0, {}, 1)


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_registers_are_answered_by_the_one_before(*, together: bool) -> None:
    """A second Register with the same hash gets the first FromSeq, in the same batch or later."""
    state, journal = SessionState(a_header()), MemoryJournal()
    received = [
        a_message(a_register()),
        a_message(a_register(request_id="r2", head=500, start=Start.SESSION)),
    ]

    for batch in [received] if together else [[one] for one in received]:
        settle(state, journal, *batch)

    expected = [
        Registered(request_id="r1", feed_session=FEED_SESSION, from_seq=101),
        Registered(request_id="r2", feed_session=FEED_SESSION, from_seq=101),
    ]
    assert expected == reports_of(journal, state, "news")


def test_the_next_session_goes_on_with_numbers_and_registrations_and_knows_no_order() -> None:
    """FromSeq is Head + 1 at the next Register; the same ClOrdID is a new order there."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(an_order()), a_message(a_register(start=Start.SESSION)))

    header = state.next_header("3DAA900000", NOW_NS + 1)
    following, next_journal = SessionState(header), MemoryJournal()
    settle(
        following,
        next_journal,
        a_message(a_register(head=400, start=Start.SESSION)),
        a_message(an_order()),
    )

    registered, report = reports_of(next_journal, following, "news")
    carried = CarriedRegistration(user="news", feed_session=FEED_SESSION, config_hash="c0ffee")
    assert ((carried,), 2) == (header.registrations, header.next_order_id)
    assert registered.from_seq == 401
    assert (report.order_id, report.ord_status) == (2, OrdStatus.NEW)


def test_a_header_carries_a_bounded_number_of_registrations() -> None:
    """With any number of users the header fits one payload of the journal."""
    state = SessionState(a_header())
    for number in range(CARRIED_MAX + 1):
        state.registrations.put(f"{number:06d}", FEED_SESSION, Registration("c" * 32, 1))

    header = state.next_header(SESSION, NOW_NS)

    assert len(header.registrations) == CARRIED_MAX


orders = st.builds(
    an_order,
    cl_ord_id=st.sampled_from(["a", "b", "c"]),
    side=st.sampled_from(Side),
    quantity=st.sampled_from([0, 10 * SCALE, 5_000 * SCALE]),
    signal_time_ns=st.sampled_from([None, 0, NOW_NS]),
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


@given(st.lists(messages, max_size=30), st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_cutting_into_batches_never_matters(received: list[Received], sizes: list[int]) -> None:
    """In one batch or many, the journal is the same to the byte, and so is the state."""
    whole, whole_journal = SessionState(a_header()), MemoryJournal()
    settle(whole, whole_journal, *received)

    cut, cut_journal = SessionState(a_header()), MemoryJournal()
    rest = received
    while rest:
        for size in sizes:
            settle(cut, cut_journal, *rest[:size])
            rest = rest[size:]

    assert whole_journal.payloads == cut_journal.payloads
    assert state_of(whole) == state_of(cut)


def test_the_first_order_counts_also_for_what_follows_a_duplicate() -> None:
    """A rejected duplicate never takes the place of the order that has the ClOrdID."""
    state, journal = SessionState(a_header()), MemoryJournal()
    first, other = an_order(), an_order(side=Side.SELL)
    settle(state, journal, a_message(first))

    batch = settle(state, journal, a_message(other), a_message(first), a_message(other))

    assert (len(batch.orders), batch.duplicates) == (2, 1)
    assert {judged.reason for judged in batch.orders} == {OrdRejReason.DUPLICATE_ORDER}


@given(st.lists(messages, max_size=30))
def test_replay_gives_the_state_there_was(received: list[Received]) -> None:
    """After a restart state and reports are the same."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, *received)

    replayed = journal.replayed()

    assert state_of(state) == state_of(replayed)
    for user in ("news", "other"):
        assert reports_of(journal, state, user) == reports_of(journal, replayed, user)


@given(st.lists(messages, max_size=30))
def test_every_message_is_reported_once_or_is_a_repetition(received: list[Received]) -> None:
    """No message is answered twice, none is left unanswered, and exec ids never recur."""
    state, journal = SessionState(a_header()), MemoryJournal()
    batch = settle(state, journal, *received)

    reports = [report for user in ("news", "other") for report in reports_of(journal, state, user)]
    exec_ids = [one.exec_id for one in reports if isinstance(one, ExecutionReport)]
    assert len(received) == len(reports) + batch.duplicates
    assert len(exec_ids) == len(set(exec_ids))
    assert all(report_length(payload) for payload in journal.payloads)


def test_an_order_whose_first_one_cannot_be_read_is_left_to_the_caller() -> None:
    """It gets no record, and the other messages of the batch are settled."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(an_order()))
    again, other = a_message(an_order()), a_message(an_order(cl_ord_id="other"))

    batch = judge(state, [again, other], RULES, lambda _order_id: None)

    assert batch.unreadable == [again]
    assert [judged.received for judged in batch.judged] == [other]
    assert batch.duplicates == 0
