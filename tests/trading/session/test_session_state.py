"""The state of an order session: counters, index, replay, and what the next session takes over."""

import itertools

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
)
from tests.trading.judged import MemoryJournal, messages, reports_of, settle, state_of
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus, Side, Start
from tradestack.domain.trading_state import TradingState
from tradestack.store.journal import PAYLOAD_BYTES_MAX
from tradestack.trading.judging.decisions import Malformed, Received
from tradestack.trading.risk.trading_state import TradingStates
from tradestack.trading.session.registrations import FEED_SESSIONS_PER_USER_MAX, Registration
from tradestack.trading.session.replay import replay
from tradestack.trading.session.session_state import CARRIED_MAX, SessionState
from tradestack.wire.journal.account_records import ExecutionRecord, TradingRecord
from tradestack.wire.journal.order_journal import (
    CarriedRegistration,
    OrderRecord,
    RegisterRecord,
    RepairedRecord,
    decode_record,
    encode_record,
)
from tradestack.wire.order_messages import SEQUENCE_MAX


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


def test_a_report_that_quotes_the_journal_is_still_found() -> None:
    """Text of a peer that looks like the record's last field cannot move the report's range."""
    state, journal = SessionState(a_header()), MemoryJournal()
    hostile = 'x,"Report":{"MsgType":"ExecutionReport"}}\\",\\"Report\\":{'

    settle(state, journal, a_message(Malformed(hostile, "a")), a_message(an_order(cl_ord_id='",')))

    refused, accepted = reports_of(journal, state, "news")
    assert hostile == refused.text
    assert accepted.cl_ord_id == '",'


@given(st.lists(messages, max_size=30))
def test_replay_gives_the_state_there_was(received: list[Received]) -> None:
    """After a restart state and reports are the same."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, *received)

    replayed = journal.replayed()

    assert state_of(state) == state_of(replayed)
    for user in ("news", "other"):
        assert reports_of(journal, state, user) == reports_of(journal, replayed, user)


def test_reports_that_no_order_record_has_are_in_the_users_stream() -> None:
    """They are numbered with the others; a change of the trading state is none of them."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(an_order()))
    trade = ExecutionReport(
        order_id=1,
        cl_ord_id="news-1",
        exec_id="e",
        exec_type=ExecType.TRADE,
        ord_status=OrdStatus.FILLED,
        transact_time_ns=NOW_NS,
    )
    before = state_of(journal.replayed())
    halt = TradingRecord(time_ns=1, state=TradingState.HALTED, reason="loss", uid=0)
    journal.append([encode_record(halt)])
    assert state_of(journal.replayed()) == before | {"trading": TradingStates(of_all=halt)}
    for user in ("news", "other"):
        journal.append([encode_record(ExecutionRecord(time_ns=1, user=user, report=trade))])

    replayed = journal.replayed()

    assert reports_of(journal, replayed, "news")[1:] == [trade]
    assert reports_of(journal, replayed, "other") == [trade]
    assert replayed.reports_count == 3
    assert (replayed.counters.fills, replayed.counters.orders_filled) == (2, 2)


def test_the_next_session_goes_on_with_numbers_and_registrations_and_knows_no_order() -> None:
    """FromSeq lies after the orders of before; the same ClOrdID is a new order there."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(
        state,
        journal,
        a_message(a_register(start=Start.SESSION)),
        a_message(an_order(feed_session=FEED_SESSION, feed_seq=300)),
    )

    header = state.next_header("3DAA900000", NOW_NS + 1)
    following, next_journal = SessionState(header), MemoryJournal()
    settle(
        following,
        next_journal,
        a_message(a_register(head=200, start=Start.SESSION)),
        a_message(an_order()),
    )

    registered, report = reports_of(next_journal, following, "news")
    carried = CarriedRegistration(
        user="news",
        feed_session=FEED_SESSION,
        config_hash="c0ffee",
        from_seq=301,
        first_seq=1,
        traded_seq=300,
    )
    assert ((carried,), 2) == (header.registrations, header.next_order_id)
    assert registered.from_seq == 301
    assert (report.order_id, report.ord_status) == (2, OrdStatus.NEW)


@pytest.mark.parametrize(("head", "expected"), [(200, 301), (400, 401)])
def test_an_edited_configuration_trades_nothing_that_was_traded(head: int, expected: int) -> None:
    """The feed may have lost its end with the machine's power: Head alone is not enough."""
    state, journal = SessionState(a_header()), MemoryJournal()
    register = a_message(a_register(start=Start.SESSION))
    order = a_message(an_order(feed_session=FEED_SESSION, feed_seq=300))
    settle(state, journal, register, order)
    following, next_journal = SessionState(state.next_header(SESSION, NOW_NS)), MemoryJournal()

    settle(following, next_journal, a_message(a_register(config_hash="decaf", head=head)))

    (registered,) = reports_of(next_journal, following, "news")
    assert registered.from_seq == expected


def test_after_orders_that_name_no_message_only_head_is_certain() -> None:
    """Such an order may have been caused by any message up to Head."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(a_register(start=Start.SESSION)), a_message(an_order()))
    following, next_journal = SessionState(state.next_header(SESSION, NOW_NS)), MemoryJournal()

    settle(following, next_journal, a_message(a_register(head=400, start=Start.SESSION)))

    (registered,) = reports_of(next_journal, following, "news")
    assert registered.from_seq == 401


def test_a_session_that_lost_orders_carries_no_from_seq() -> None:
    """What was lost may have been an order after all that are known: FromSeq is Head + 1."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(a_register(start=Start.SESSION)))
    loss = RepairedRecord(time_ns=NOW_NS, lines_lost=1, bytes_lost=600, orders_lost=1)
    replay(state, [(journal.size_bytes, encode_record(loss))])
    following, next_journal = SessionState(state.next_header(SESSION, NOW_NS)), MemoryJournal()

    settle(following, next_journal, a_message(a_register(head=400, start=Start.SESSION)))

    (registered,) = reports_of(next_journal, following, "news")
    assert registered.from_seq == 401


@given(st.lists(messages, max_size=30), st.lists(messages, max_size=30))
def test_no_order_is_taken_twice_over_a_change_of_sessions(
    before: list[Received], after: list[Received]
) -> None:
    """Whatever a user registered and ordered: FromSeq lies after each order of before."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, *before)
    following, next_journal = SessionState(state.next_header(SESSION, NOW_NS)), MemoryJournal()

    settle(following, next_journal, *after)

    traded: dict[tuple[str, str | None], int] = {}
    for record in map(decode_record, journal.payloads):
        if isinstance(record, OrderRecord):
            place = record.user, record.order.feed_session
            traded[place] = max(traded.get(place, 0), record.order.feed_seq or 0)
    for record in map(decode_record, next_journal.payloads):
        if isinstance(record, RegisterRecord):
            place = record.user, record.register.feed_session
            assert record.report.from_seq > traded.get(place, 0)


@pytest.mark.parametrize("is_registered_later", [True, False])
def test_orders_without_a_register_are_not_traded_again(is_registered_later: bool) -> None:
    """A user who registers after the orders, or in the next session only, begins after them."""
    state, journal = SessionState(a_header()), MemoryJournal()
    settle(state, journal, a_message(an_order(feed_session=FEED_SESSION, feed_seq=300)))
    if is_registered_later:
        settle(state, journal, a_message(a_register(start=Start.SESSION)))
    following, next_journal = SessionState(state.next_header(SESSION, NOW_NS)), MemoryJournal()

    settle(following, next_journal, a_message(a_register(start=Start.SESSION)))

    (registered,) = reports_of(next_journal, following, "news")
    assert registered.from_seq == 301


def test_a_header_carries_a_bounded_number_of_registrations() -> None:
    """With any number of users, each with the longest texts, it is one payload of the journal.

    The newest feed session of each user is carried first.
    """
    state = SessionState(a_header())
    sessions = [f"{number:010d}" for number in range(FEED_SESSIONS_PER_USER_MAX)]
    users = ['"' * 4 + f"{number:02x}" for number in range(256)]
    users += ["\\" * 4 + f"{number:02x}" for number in range(256)]
    for user, feed_session in itertools.product(users, sessions):
        state.registrations.put(user, feed_session, Registration('"' * 32, SEQUENCE_MAX))
        state.registrations.note_traded(user, feed_session, SEQUENCE_MAX)

    header = state.next_header(SESSION, NOW_NS)

    assert len(header.registrations) == CARRIED_MAX < len(users) * len(sessions)
    assert len(encode_record(header)) <= PAYLOAD_BYTES_MAX
    newest = {carried.user for carried in header.registrations[-len(users) :]}
    assert newest == set(users)
    following = SessionState(header).registrations
    kept = [list(of_user) for _user, of_user in following]
    assert all(of_user == sorted(of_user) for of_user in kept)
