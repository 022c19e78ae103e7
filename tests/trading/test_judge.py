"""What becomes of each message: its record, its report, its number."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.daemons.tradestack_order_manager.samples import (
    FEED_SESSION,
    NOW_NS,
    a_header,
    a_message,
    a_register,
    an_order,
    some_rules,
)
from tests.trading.judged import (
    RULES,
    MemoryJournal,
    judge_all,
    messages,
    reports_of,
    settle,
    state_of,
)
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import OrdRejReason, OrdStatus, Start
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import JudgedOrder, Malformed, Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.order_journal import (
    Record,
    report_length,
)
from tradestack.wire.order_messages import Registered


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


def test_what_did_not_parse_is_reported_without_a_number_and_uses_up_nothing() -> None:
    """The same ClOrdID in a correct message is a new order."""
    state, journal = SessionState(a_header()), MemoryJournal()

    settle(state, journal, a_message(Malformed("no Side", "news-1")), a_message(an_order()))

    refused, accepted = reports_of(journal, state, "news")
    assert refused.order_id is None
    assert (refused.reject_reason, refused.text) == (OrdRejReason.OTHER, "no Side")
    assert (accepted.ord_status, accepted.order_id) == (OrdStatus.NEW, 1)
    assert (state.counters.orders_malformed, state.counters.orders_received) == (1, 1)


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_registers_are_answered_by_the_one_before(*, together: bool) -> None:
    """A second Register with the same hash gets the first FromSeq, in the same batch or later."""
    state, journal = SessionState(a_header()), MemoryJournal()
    received = [
        a_message(a_register()),
        a_message(a_register(request_id="r2", head=500, start=Start.SESSION)),
    ]

    for batch in [received] if together else [[message] for message in received]:
        settle(state, journal, *batch)

    expected = [
        Registered(request_id="r1", feed_session=FEED_SESSION, from_seq=101),
        Registered(request_id="r2", feed_session=FEED_SESSION, from_seq=101),
    ]
    assert expected == reports_of(journal, state, "news")


def test_a_full_session_records_nothing_more_but_recognises_known_orders() -> None:
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

    batch = judge_all(state, journal, received, some_rules(reports_per_session_max=4))

    assert (batch.duplicates, len(batch.judged), batch.excess) == (1, 1, received[2:])


def test_a_user_can_have_as_many_reports_as_are_still_free() -> None:
    """Alone, half of the session; the next one half of what is left; nobody fills it."""
    state, journal = SessionState(a_header()), MemoryJournal()
    rules = some_rules(reports_per_session_max=64)
    accepted = {}
    for user in ("a", "b", "c"):
        received = [a_message(an_order(cl_ord_id=str(n)), user) for n in range(64)]
        batch = judge_all(state, journal, received, rules)
        commit(state, batch.judged, journal.append(batch.records))
        accepted[user] = len(batch.judged)

    assert accepted == {"a": 32, "b": 16, "c": 8}
    used = [rules.used_percent(accepted[user], state.reports_count) for user in accepted]
    assert used == [160, 133, 100]


def test_messages_that_are_no_orders_have_a_tenth_of_the_session() -> None:
    """Beyond that a user's nonsense leaves no trace, and the user's orders are accepted."""
    state, journal = SessionState(a_header()), MemoryJournal()
    rules = some_rules(reports_per_session_max=100)
    nonsense = [a_message(Malformed("", "")) for _ in range(12)]
    received = [*nonsense[:6], a_message(an_order()), *nonsense[6:]]

    for part in (received[:3], received[3:]):
        batch = judge_all(state, journal, part, rules)
        commit(state, batch.judged, journal.append(batch.records))

    assert batch.excess_malformed == nonsense[10:]
    assert batch.excess == []
    assert (state.malformed["news"], state.counters.orders_received) == (10, 1)


def test_judging_changes_nothing() -> None:
    """A batch that the journal refuses leaves no trace: the same messages may come again."""
    state = SessionState(a_header())
    received = [a_message(an_order()), a_message(a_register()), a_message(Malformed("", ""))]

    first = judge_all(state, MemoryJournal(), received)
    second = judge_all(state, MemoryJournal(), received)

    assert first.records == second.records
    assert state_of(SessionState(a_header())).keys() == state_of(state).keys()
    assert (state.reports_count, state.order_ids, state.next_order_id) == (0, {}, 1)


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


@given(st.lists(messages, max_size=30))
def test_every_message_is_reported_once_or_is_a_repetition(received: list[Received]) -> None:
    """No message is answered twice, none is left unanswered, and exec ids never recur."""
    state, journal = SessionState(a_header()), MemoryJournal()
    batch = settle(state, journal, *received)

    reports = [report for user in ("news", "other") for report in reports_of(journal, state, user)]
    exec_ids = [report.exec_id for report in reports if isinstance(report, ExecutionReport)]
    assert len(received) == len(reports) + batch.duplicates
    assert len(exec_ids) == len(set(exec_ids))
    assert all(report_length(payload) for payload in journal.payloads)


def test_an_order_whose_first_one_cannot_be_read_is_left_to_the_caller() -> None:
    """It gets no record, and the other messages of the batch are settled."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(an_order()))
    again, other = a_message(an_order()), a_message(an_order(cl_ord_id="other"))

    def read(_offset: int, _length: int) -> Record:
        raise OSError(errno.EIO, "unreadable")

    batch = judge(KnownOrders(state, read), [again, other], RULES, None, NOW_NS)

    assert [item for item, _ in batch.unreadable] == [again]
    (judged,) = batch.judged
    assert isinstance(judged, JudgedOrder)
    assert judged.received == other
    assert batch.duplicates == 0


@pytest.mark.parametrize("time_ns", [-1, 2**63])
def test_a_record_that_could_not_be_read_again_is_not_made(time_ns: int) -> None:
    """A clock that far off would leave a journal that no order manager starts from."""
    state = SessionState(a_header())
    received = [
        a_message(message, time_ns=time_ns)
        for message in (an_order(), an_order(quantity=0), a_register(), Malformed("", ""))
    ]

    batch = judge_all(state, MemoryJournal(), received)

    assert [item for item, _ in batch.unrecordable] == received
    assert batch.records == []
    assert batch.orders == []
