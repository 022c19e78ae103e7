"""One account, folded again from its beginning, and compared with the journal record by record."""

from collections import deque
from typing import NamedTuple

import msgspec

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import ExecRestatementReason, ExecType
from tradestack.trading.account.account import Account
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import decode_checkpoint, encode_checkpoint
from tradestack.trading.account.risk.risk_counting import note_request, note_submission
from tradestack.trading.account.under_way import under_way_of
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.orders.place import Place
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.trading_state import StateAct, TradingStates
from tradestack.trading.tape import Tape
from tradestack.trading.verification.difference import (
    Difference,
    Differs,
    require_same,
    shortened,
)
from tradestack.trading.verification.made_report import order_id_of, require_report
from tradestack.wire.journal.account_records import ExecutionRecord, RequestRecord, TradingRecord
from tradestack.wire.journal.order_journal import OrderRecord, encode_record
from tradestack.wire.orders import encode_message

NOTHING = "nothing"


class LogBehind(Exception):
    """The feed log ends before a message that the account has met."""

    def __init__(self, sequence: int, head: int) -> None:
        super().__init__(f"message {sequence:,} was met, and the feed log ends with {head:,}")


class Owed(NamedTuple):
    """A report of the journal, or a change of the trading state, that the fold has to make."""

    line: int
    payload: bytes
    record: ExecutionRecord | TradingRecord

    @property
    def content(self) -> Report | TradingRecord:
        """The report, or the change."""
        return self.record if isinstance(self.record, TradingRecord) else self.record.report


class AccountFold:
    """An account that is folded again, the sink of its reports.

    made: reports of the fold that the journal has not had yet, and changes of the trading state.
    owed: those of the journal that the fold has not made. One of them is empty between two records.
    trading: the states of all users; the fold changes that of its own.
    """

    def __init__(
        self,
        user: str,
        tape: Tape,
        model: ExecutionModel,
        state: AccountState,
        *,
        limits: RiskLimits,
        trading: TradingStates,
    ) -> None:
        self.user = user
        self.account = Account(user, tape, model, state, limits=limits, sink=self)
        self.made: deque[Report | TradingRecord] = deque()
        self.owed: deque[Owed] = deque()
        self._trading = trading
        self.account.risk.settle()

    # ---- the sink of the account ---------------------------------------------------------------

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime of the next report: the journal's are taken later."""
        return "", 0

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Take a change that a breach makes; its time and uid come with the journal's record."""
        record = TradingRecord(
            time_ns=0,
            user=act.user,
            state=self._trading.after(act),
            reason=act.reason,
            uid=0,
            cancels=act.cancels,
            feed_session=feed_session,
            feed_seq=feed_seq,
        )
        self._trading.put(record)
        self.made.append(record)
        return record

    def take(self, user: str, report: Report) -> None:  # noqa: ARG002 (of one user)
        """Take a report that the fold makes."""
        self.made.append(report)

    # ---- the records of the journal ------------------------------------------------------------

    def place(self, line: int, record: OrderRecord | RequestRecord) -> Place:
        """Fold up to the cause of an order or a request; return its place. Raises Differs."""
        self._match(record.cause or 0)
        place = self.account.place(record.cause)
        self._expect_nothing_left(line)
        return place

    def accept(self, record: OrderRecord, order_id: int, place: Place) -> None:
        """Take an order with its verdict."""
        account = self.account
        note_submission(account, record.order, place)
        if record.report.exec_type is not ExecType.REJECTED:
            account.accept(record.order, order_id, place)
            account.risk.make_way(record.order, place)

    def request(self, record: RequestRecord, place: Place) -> None:
        """Take a cancel, a replace or a mass cancel, with its verdict."""
        note_request(self.account, record.request, place)
        under_way = under_way_of(record.request, place)
        if record.refusal is None:
            self.account.request(under_way)
        else:
            self.account.refuse(under_way, record.refusal)

    def register(self, line: int, *, interactive: bool) -> None:
        """Take an answered Register. Raises Differs."""
        self._expect_nothing_left(line)
        self.account.register(interactive=interactive)

    def release(self, line: int, feed_seq: int) -> None:
        """Go on without the strategy. Raises Differs, LogBehind."""
        self._match(feed_seq)
        self._expect_nothing_left(line)
        self.account.release()

    def report(self, owed: Owed) -> None:
        """Compare a report of the journal with that of the fold. Raises Differs, LogBehind."""
        content = owed.content
        self.owed.append(owed)
        self._match(content.feed_seq or 0)
        if is_renewal(content) and not self.made:
            self.account.restate()
        self.compare()

    def end(self, line: int, feed_seq: int) -> None:
        """Let the feed session be over. Raises Differs, LogBehind."""
        self._match(feed_seq)
        self.account.end()
        self.compare()
        self._expect_nothing_left(line)

    def left(self, line: int, state: AccountState) -> None:
        """Compare what an ended account has left in another order session. Raises Differs.

        Requests that were refused since may have changed the rest of the state.
        """
        own = self.account.state
        watch, day = own.risk.watch, own.risk.day
        risk = msgspec.structs.replace(state.risk, watch=watch, day=day)
        expected = msgspec.structs.replace(state, portfolio=own.portfolio, risk=risk)
        what = f"what {self.user} has left"
        for own_part, part in zip(*map(encode_checkpoint, (expected, state)), strict=True):
            require_same(line, what, None, own_part, part)

    def checkpoint(self, line: int, state: AccountState, limits: RiskLimits) -> None:
        """Compare a checkpoint with the state at its message. Raises Differs, LogBehind.

        Other limits or trading states begin with one. How far the strategy says to be is no result
        of the fold.
        """
        self._match(state.matched_through)
        self._expect_nothing_left(line)
        risk = self.account.risk
        if _acts(state) != _acts(self.account.state):
            risk.renew(limits, self._trading)
        elif state.risk.owed is not None:  # somebody has canceled orders
            risk.owe(state.risk.owed)
        own = msgspec.structs.replace(self.account.state, progress=state.progress)
        for expected, found in zip(encode_checkpoint(own), encode_checkpoint(state), strict=False):
            require_same(line, f"checkpoint of {self.user}", None, expected, found)
        risk.settle()

    def finish(self) -> None:
        """Compare what is left behind the last record. Raises Differs.

        The journal may end before the record that the account has ended. What the fold made beyond
        it is no difference: the journal may have been copied while it was written.
        """
        if self.owed:
            self.account.end()
            self.compare()
        if self.owed:
            self._refuse_owed()

    # ---- up to a message ------------------------------------------------------------------------

    def halt(self, line: int, sequence: int) -> None:
        """Fold up to a message; the record in the line is of a later one. Raises Differs."""
        self._match(sequence)
        self._expect_nothing_left(line)

    def copy(self) -> "AccountFold":
        """Return the same account after the last record; it goes on without this one."""
        own = self.account
        state = decode_checkpoint(encode_checkpoint(own.state))
        limits, trading = own.risk.limits, self._trading.copy()
        return AccountFold(self.user, own.tape, own.model, state, limits=limits, trading=trading)

    # ---- what was made, and what is owed -------------------------------------------------------

    def compare(self) -> None:
        """Compare reports as long as there are both. Raises Differs."""
        while self.made and self.owed:
            made, owed = self.made.popleft(), self.owed.popleft()
            if isinstance(made, TradingRecord) and isinstance(owed.record, TradingRecord):
                self._compare_change(made, owed, owed.record)
            elif isinstance(made, TradingRecord) or isinstance(owed.record, TradingRecord):
                raise Differs(self._difference(owed.line, owed.content, _text(made)))
            else:
                require_report(owed.line, made, owed.record, owed.payload)

    def _compare_change(self, made: TradingRecord, owed: Owed, record: TradingRecord) -> None:
        own = msgspec.structs.replace(made, time_ns=record.time_ns, uid=record.uid)
        what = f"trading state of {self.user}"
        require_same(owed.line, what, None, encode_record(own), owed.payload)
        self.account.state.risk.user_act_ns = record.time_ns

    def _match(self, sequence: int) -> None:
        head = self.account.tape.head
        if sequence > head:
            raise LogBehind(sequence, head)
        self.account.match(sequence)

    def _expect_nothing_left(self, line: int) -> None:
        """Raise Differs if a report is owed, or was made and the journal goes on without it."""
        if self.owed:
            self._refuse_owed()
        if self.made:
            made = _text(self.made[0])
            raise Differs(self._difference(line, self.made[0], made)._replace(found=NOTHING))

    def _refuse_owed(self) -> None:
        owed = self.owed[0]
        raise Differs(self._difference(owed.line, owed.content, NOTHING))

    def _difference(self, line: int, found: Report | TradingRecord, expected: str) -> Difference:
        what = f"report to {self.user}"
        return Difference(line, what, _order_id_of(found), "Report", expected, _text(found))


def _acts(state: AccountState) -> tuple[str, int, int]:
    """Return what names the limits and the changes of trading states that an account has."""
    return state.risk.limits_hash, state.risk.user_act_ns, state.risk.all_act_ns


def is_renewal(content: Report | TradingRecord) -> bool:
    """Return whether it is the first report on an order in an order session where that goes on."""
    return (
        isinstance(content, ExecutionReport)
        and content.restatement_reason is ExecRestatementReason.RENEWAL
    )


def _order_id_of(content: Report | TradingRecord) -> int | None:
    return None if isinstance(content, TradingRecord) else order_id_of(content)


def _text(content: Report | TradingRecord) -> str:
    if isinstance(content, TradingRecord):
        return shortened(encode_record(content).decode())
    return shortened(encode_message(content).decode())
