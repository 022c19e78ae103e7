"""Messages judged and executed on a tape in memory; everything as after a restart, at any time."""

from typing import Any

from tests.daemons.tradestack_order_manager.samples import (
    FEED_SESSION,
    NOW_NS,
    a_header,
    a_message,
    an_order,
)
from tests.kit.tape import MemoryTape
from tests.trading.judged import MemoryJournal
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject, Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest, Request
from tradestack.domain.trade import Trade
from tradestack.trading.account.account import Account
from tradestack.trading.accounts import Accounts
from tradestack.trading.commit import commit
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.judging.all_users import judge_all_users
from tradestack.trading.judging.decisions import Batch
from tradestack.trading.judging.judge import judge
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits
from tradestack.trading.risk.trading_state import StateAct
from tradestack.trading.rules import Rules
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord, decode_record

USER = "news"
FEED_NS = 1_768_487_400_000_000_000
SECOND_NS = 1_000_000_000


def limits_of_user(**limits: Any) -> RiskLimits:
    """Limits of each user."""
    return RiskLimits(each_user=UserLimits(limits=Limits(**limits)))


class Desk:
    """An order session without a daemon: judge, journal, commit, and accounts that meet a tape."""

    def __init__(
        self, limits: RiskLimits | None = None, model: ExecutionModel | None = None
    ) -> None:
        self.tape = MemoryTape(session_id=FEED_SESSION)
        self.journal = MemoryJournal()
        self.state = SessionState(a_header())
        self.limits = limits or RiskLimits()
        self.time_ns = NOW_NS
        self._model = model or ExecutionModel()
        self.accounts = self._new_accounts()
        self.names = 0

    def _new_accounts(self) -> Accounts:
        known = KnownOrders(self.state, self.journal.read)
        accounts = Accounts(self._model, {FEED_SESSION: self.tape}.get, known)
        accounts.current_session = FEED_SESSION
        return accounts

    @property
    def rules(self) -> Rules:
        """The rules as they are now."""
        return Rules(limits=self.limits, reports_per_session_max=10_000, uid=99)

    def trade(self, price: int, size: int = 1_000, symbol: str = "SPY", seconds: int = 1) -> int:
        """Let a trade happen, that much later than the one before; return its number."""
        number = self.tape.head + 1
        before_ns = FEED_NS
        if self.tape.head:
            before_ns = int(self.tape.records(self.tape.head, 1)["event_time_ns"][0])
        time_ns = before_ns + seconds * SECOND_NS
        self.tape.append(Trade(number, symbol, time_ns, price * SCALE, size * SCALE))
        return number

    def send(self, message: Order | Request, user: str = USER) -> list[Report]:
        """Judge a message; return the reports that it led to."""
        self.time_ns += 1
        received = a_message(message, user, self.time_ns)  # type: ignore[arg-type]
        known = KnownOrders(self.state, self.journal.read)
        self.accounts.known = known
        batch = judge(known, [received], self.rules, self.accounts, self.time_ns)
        assert not batch.unavailable, batch.unavailable
        return self._commit(batch)

    def order(
        self, side: Side = Side.BUY, quantity: int = 10, price: int | None = None, **changes: Any
    ) -> ExecutionReport:
        """Send an order; return the report that accepts or rejects it."""
        user = changes.pop("user", USER)
        self.names += 1
        order = an_order(
            **{
                "cl_ord_id": f"{user}-{self.names}",
                "side": side,
                "quantity": quantity * SCALE,
                "ord_type": OrdType.MARKET if price is None else OrdType.LIMIT,
                "price": None if price is None else price * SCALE,
                "time_in_force": TimeInForce.GTC,
                "signal_time_ns": None,
                "feed_session": FEED_SESSION,
                "feed_seq": self.tape.head,
            }
            | changes
        )
        reports = self.send(order, user)
        return next(
            report
            for report in reports
            if isinstance(report, ExecutionReport) and report.cl_ord_id == order.cl_ord_id
        )

    def replace(self, name: str, quantity: int, price: int | None, user: str = USER) -> Report:
        """Send a replace; return the newest report."""
        self.names += 1
        request = self.a_replace(name, quantity, price, f"{user}-{self.names}")
        return self.send(request, user)[-1]

    def a_replace(self, of: str, quantity: int, price: int | None, name: str) -> Request:
        """Make a replace."""
        return OrderCancelReplaceRequest(
            cl_ord_id=name,
            orig_cl_ord_id=of,
            quantity=quantity * SCALE,
            price=None if price is None else price * SCALE,
            feed_session=FEED_SESSION,
            feed_seq=self.tape.head,
        )

    def cancel(self, name: str, user: str = USER) -> Report:
        """Send a cancel that takes effect at once; return the newest report."""
        return self.cancel_request(name, user)[-1]

    def cancel_request(self, name: str, user: str = USER) -> list[Report]:
        """Send a cancel; return the reports that it led to."""
        self.names += 1
        request = OrderCancelRequest(
            cl_ord_id=f"{user}-{self.names}",
            orig_cl_ord_id=name,
            feed_session=FEED_SESSION,
            feed_seq=self.tape.head,
        )
        return self.send(request, user)

    def pass_time(self) -> list[Report]:
        """Let all accounts follow the tape; return the reports that it led to."""
        return self.decide(None)

    def act(self, act: StateAct) -> list[Report]:
        """Change a trading state; return the reports that it led to."""
        return self.decide(act)

    def decide(self, act: StateAct | None) -> list[Report]:
        """Settle an act, or the passing of time alone."""
        self.time_ns += 1
        self.accounts.known = KnownOrders(self.state, self.journal.read)
        judgement = Judgement(self.accounts.known, self.rules, self.accounts, self.time_ns)
        if act is not None:
            judgement.set_state(act)
        for user, session in list(self.state.accounts):
            account = judgement.account(user, session)
            assert account is not None
            account.advance()
        judge_all_users(judgement)
        return self._commit(judgement.batch)

    def account(self, user: str = USER) -> Account:
        """Return the account of a user."""
        account = self.accounts.find((user, FEED_SESSION))
        assert account is not None
        return account

    def restart(self, records: int | None = None) -> None:
        """Go on from the journal alone, or from the first records of it."""
        del self.journal.payloads[len(self.journal.payloads) if records is None else records :]
        self.journal.size_bytes = len(self.journal.bytes)
        self.state = self.journal.replayed()
        self.accounts = self._new_accounts()

    def _commit(self, batch: Batch) -> list[Report]:
        commit(self.state, batch.judged, self.journal.append(batch.records))
        records = [decode_record(payload) for payload in batch.records]
        return [
            record.report for record in records if isinstance(record, OrderRecord | ExecutionRecord)
        ]


def text_of(report: Report) -> str:
    """Return the Text of a report, "" if it has none."""
    assert isinstance(report, ExecutionReport | OrderCancelReject)
    return report.text or ""


def code_of(report: Report) -> str:
    """Return the code that a report begins its Text with."""
    return text_of(report).partition(":")[0]
