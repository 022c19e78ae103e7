"""The state of an order session: counters, index, replay, and what the next session takes over."""

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
from tradestack.domain.order import OrdRejReason, OrdStatus, Side, Start
from tradestack.trading.decisions import Malformed, Received
from tradestack.trading.registrations import Registration
from tradestack.trading.session_state import CARRIED_MAX, SessionState
from tradestack.wire.order_journal import (
    CarriedRegistration,
)


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
