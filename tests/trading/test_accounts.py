"""Accounts answer as they would after a restart: nothing depends on how messages were batched."""

from collections.abc import Sequence
from typing import Any, TypeGuard

import msgspec
import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    a_header,
    a_register,
    an_order,
)
from tests.kit.sender import MemorySender
from tests.kit.tape import MemoryTape
from tests.trading.judged import RULES, MemoryJournal
from tradestack.domain.execution_report import OrderCancelReject
from tradestack.domain.order import CxlRejReason, OrdStatus, OrdType, Start, TimeInForce
from tradestack.domain.requests import OrderCancelRequest
from tradestack.domain.trade import Trade
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.account.history import AccountHistories
from tradestack.trading.accounts import Accounts
from tradestack.trading.carrying import Carrying
from tradestack.trading.commit import commit
from tradestack.trading.execution.model import ExecutionModel, Latency
from tradestack.trading.judging.decisions import Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.registrations import Registration
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.account_records import AccountRecord, ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record, decode_record
from tradestack.wire.order_messages import Progress
from tradestack.wire.orders import ClientMessage, encode_message

KEY = "news", "0000000001"
NEXT_SESSION = "0000000002"
ORDER = an_order(cl_ord_id="o", ord_type=OrdType.LIMIT, price=1, time_in_force=TimeInForce.DAY)

MODEL = ExecutionModel()


class Desk:
    """An order manager without its shell, and a market that trades SPY at 100."""

    def __init__(self, model: ExecutionModel = MODEL) -> None:
        trades = [Trade(number, "SPY", 10 * number, 100, 5) for number in (1, 2)]
        self.tapes = {session: MemoryTape(trades, session) for session in (KEY[1], NEXT_SESSION)}
        self.journal = MemoryJournal()
        self.state = SessionState(a_header())
        known = KnownOrders(self.state, self.journal.read)
        self.accounts = Accounts(model, self.tapes.get, known)
        self.accounts.current_session = KEY[1]

    def settle(self, *messages: ClientMessage) -> None:
        """Judge, journal and commit the messages as one batch."""
        received = [
            Received(MemorySender("news"), NOW_NS, encode_message(each), each) for each in messages
        ]
        batch = judge(self.accounts.known, received, RULES, self.accounts, NOW_NS)
        assert not batch.unavailable
        commit(self.state, batch.judged, self.journal.append(batch.records))

    def restart(self) -> None:
        """Forget all accounts, as a process does when it ends."""
        self.accounts.forget([KEY])
        assert self.accounts.find(KEY) is not None

    def refusals(self) -> list[tuple[CxlRejReason, int | None, OrdStatus]]:
        """Return what the refused requests were told."""
        records = map(decode_record, self.journal.payloads)
        reports = [record.report for record in records if isinstance(record, ExecutionRecord)]
        return [
            (report.reject_reason, report.order_id, report.ord_status)
            for report in reports
            if isinstance(report, OrderCancelReject)
        ]


def cancel(name: str, **place: Any) -> OrderCancelRequest:
    """Cancel the order."""
    return OrderCancelRequest(cl_ord_id=name, orig_cl_ord_id="o", transact_time_ns=NOW_NS, **place)


@pytest.mark.parametrize(
    "batches",
    [
        [[ORDER, cancel("c1"), cancel("c2")]],
        [[ORDER], [cancel("c1"), cancel("c2")]],
        [[ORDER], [cancel("c1")], [cancel("c2")]],
    ],
)
def test_a_second_cancel_comes_too_late(batches: Sequence[Sequence[ClientMessage]]) -> None:
    """It names the order and its final state, and the account can be made again."""
    desk = Desk()
    for batch in batches:
        desk.settle(*batch)

    assert desk.refusals() == [(CxlRejReason.TOO_LATE_TO_CANCEL, 1, OrdStatus.CANCELED)]
    desk.restart()


@pytest.mark.parametrize("is_together", [True, False])
def test_a_cancel_of_a_rejected_order_names_no_order(is_together: bool) -> None:
    """It was never accepted."""
    desk = Desk()
    messages: list[ClientMessage] = [an_order(cl_ord_id="o", quantity=0), cancel("c1")]
    for batch in [messages] if is_together else [[each] for each in messages]:
        desk.settle(*batch)

    assert desk.refusals() == [(CxlRejReason.UNKNOWN_ORDER, None, OrdStatus.REJECTED)]
    desk.restart()


def test_reports_are_not_delayed_by_another_order_session() -> None:
    """The account that goes on is the one that was, whatever latency a report would have had."""
    desk = Desk(ExecutionModel(report_latency=Latency(0, 1_000_000)))
    desk.settle(ORDER)
    account = desk.accounts.find(KEY)
    assert account is not None
    before = encode_checkpoint(account.state)

    carrying = Carrying(desk.accounts, "0000000002", NOW_NS, RULES.uid)
    carrying.carry(KEY)

    assert encode_checkpoint(account.state) == before
    assert any(b"RESTATED" in record for record in carrying.records)


def test_a_strategy_does_not_repeat_requests_in_the_next_order_session() -> None:
    """FromSeq lies after the newest message that caused an order or a request."""
    user, feed_session = KEY
    desk = Desk()
    order = an_order(cl_ord_id="o", quantity=0, feed_session=feed_session, feed_seq=1)
    desk.settle(order, cancel("c1", feed_session=feed_session, feed_seq=2))
    desk.settle(cancel("c2"))  # a person's

    states = [desk.state, desk.journal.replayed()]

    assert [state.registrations.traded_seq(user, feed_session) for state in states] == [2, 2]


def test_a_strategy_leaves_a_feed_session_when_it_has_begun_to_trade_the_next() -> None:
    """Not when it registers there: requests that were refused come again after that."""
    desk = Desk()

    def waits() -> bool:
        account = desk.accounts.find(KEY)
        assert account is not None
        return account.state.is_registered

    desk.settle(a_register(feed_session=KEY[1]))
    desk.settle(a_register(feed_session=NEXT_SESSION))
    desk.settle(Progress(feed_session=KEY[1], feed_seq=1))
    assert waits()

    desk.settle(Progress(feed_session=NEXT_SESSION, feed_seq=0))
    assert not waits()


def test_an_account_that_cannot_be_made_again_does_not_hold_up_the_next_feed_session() -> None:
    """Its feed log is gone, or shorter than what it has met."""
    desk = Desk()
    desk.settle(a_register(feed_session=KEY[1]))
    desk.settle(a_register(feed_session=NEXT_SESSION, head=0))
    desk.accounts.forget([KEY])
    del desk.tapes[KEY[1]]

    desk.settle(Progress(feed_session=NEXT_SESSION, feed_seq=1))

    account = desk.accounts.find((KEY[0], NEXT_SESSION))
    assert account is not None
    assert account.state.progress == 1


def test_what_an_order_session_did_not_take_meets_the_feed_in_the_next_one() -> None:
    """FromSeq lies after it, and the account is not matched beyond it for that."""
    user, feed_session = KEY
    desk = Desk()
    register = a_register(feed_session=feed_session, start=Start.SESSION)
    first, second = (
        an_order(cl_ord_id=name, feed_session=feed_session, feed_seq=1) for name in ("o", "p")
    )
    desk.settle(register, first)
    desk.state.registrations.put(user, feed_session, Registration(register.config_hash, 2))

    desk.settle(register)
    account = desk.accounts.find(KEY)
    assert account is not None
    account.advance()
    desk.settle(second)

    orders = [each for each in map(decode_record, desk.journal.payloads) if is_order(each)]
    assert [order.cause for order in orders] == [1, 1]


def test_an_account_that_was_carried_over_needs_the_feed_that_it_has_met() -> None:
    """Before its first record in the order session, too: a power failure may shorten the feed."""
    histories = AccountHistories()
    state = AccountState(matched_through=7)

    histories.add_act(
        AccountRecord(
            time_ns=NOW_NS,
            user=KEY[0],
            feed_session=KEY[1],
            execution=msgspec.Raw(msgspec.json.encode(MODEL)),
            state=msgspec.Raw(encode_checkpoint(state)[0]),
        ),
        0,
    )

    assert histories[KEY].matched_through == 7


def is_order(record: Record) -> TypeGuard[OrderRecord]:
    """Whether a record is that of an order."""
    return isinstance(record, OrderRecord)
