"""The decisions of one batch, while they are made."""

from functools import cached_property

import msgspec

from tradestack.domain.execution_report import Report
from tradestack.trading.account.account import Account
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account.risk.account_risk import equity_of
from tradestack.trading.accounts import Accounts
from tradestack.trading.carrying import account_record, checkpoint_records
from tradestack.trading.judging.batch_reports import BatchReports
from tradestack.trading.judging.decisions import (
    UNREPORTED,
    Act,
    Batch,
    Judged,
    JudgedAct,
    JudgedExecution,
    JudgedOrder,
    Received,
)
from tradestack.trading.judging.openings import counts_among, opened, opening_of, take_over
from tradestack.trading.judging.room import Room
from tradestack.trading.risk.trading_state import StateAct, StateEvent
from tradestack.trading.rules import Rules
from tradestack.trading.session.known_orders import FirstUse, KnownOrders
from tradestack.wire.journal.account_records import LimitsRecord, ReleaseRecord, TradingRecord
from tradestack.wire.journal.execution_record import encode_execution
from tradestack.wire.journal.order_journal import encode_record


class Judgement:
    """One batch: what its decisions are made from, and those made so far.

    accounts: None if nothing executes orders. time_ns: of receipt, wall clock.
    """

    def __init__(
        self, known: KnownOrders, rules: Rules, accounts: Accounts | None, time_ns: int
    ) -> None:
        self.batch = Batch()
        self.known = known
        self.state = known.state
        self.rules = rules
        self.accounts = accounts
        self.time_ns = time_ns
        self.trading = known.state.trading.copy()  # with the changes of the batch
        self._has_limits = known.state.limits_hash == rules.limits.hash
        self._first_order_id = known.state.next_order_id
        self._first_exec_number = known.state.reports_count + 1
        self._reports = 0  # that the batch has so far
        self._room = Room(known.state, rules)
        self._current: dict[AccountKey, Account] = {}  # that have the limits and states that hold
        self._everybody: list[Account] | None = None  # None: to be found out
        if accounts is not None:
            accounts.sink = self

    @property
    def next_order_id(self) -> int:
        """Return the number of the next order."""
        return self._first_order_id + len(self.batch.orders)

    def next_exec_id(self) -> str:
        """Return the ExecID of the next report."""
        return f"{self.state.header.session}-{self._first_exec_number + self._reports}"

    @cached_property
    def reports(self) -> BatchReports:
        """The orders of the batch by name, and what was reported on them."""
        return BatchReports(self.batch.judged)

    def add(self, judged: Judged) -> None:
        """Add a decision."""
        self.batch.judged.append(judged)
        if not isinstance(judged, UNREPORTED):
            self._reports += 1

    # ---- what clients have sent before -----------------------------------------------------------

    def is_known(self, identity: int) -> bool:
        """Return whether a ClOrdID was used before, in the batch or in the order session."""
        return identity in self.batch.by_identity or self.state.place_of(identity) is not None

    def first_use(self, identity: int, item: Received, cl_ord_id: str) -> FirstUse | None:
        """Return what a known ClOrdID was used for; None, and put aside, if it cannot be read.

        Another user's order with the same identity is not told from the user's own.
        """
        if self.state.place_of(identity) is None:
            judged = self.batch.by_identity[identity]
            return judged.order if isinstance(judged, JudgedOrder) else judged.request
        try:
            return self.known.first_use(item.sender.user, cl_ord_id)
        except OSError as error:
            self.batch.unreadable.append((item, error))
            return None

    # ---- room in the order session -------------------------------------------------------------

    def use_room(self, item: Received) -> bool:
        """Take the room of one record from the user's share; without room put the message aside."""
        if self._room.use(item.sender.user, len(self.batch.judged)):
            return True
        self.batch.excess.append(item)
        return False

    def use_malformed_room(self, item: Received) -> bool:
        """Take the room of a malformed message; without room put the message aside."""
        if not self._room.use_malformed(item.sender.user):
            self.batch.excess_malformed.append(item)
            return False
        return self.use_room(item)

    # ---- accounts ------------------------------------------------------------------------------

    def account(self, user: str, feed_session: str | None) -> Account | None:
        """Return the user's account in a feed session, None = the newest; None if it has not begun.

        Raises AccountUnavailable, AccountAwaits.
        """
        return opened(self.begun_account(user, feed_session))

    def begun_account(self, user: str, feed_session: str | None) -> Account | None:
        """Return the same, also if it still waits for the account before. AccountUnavailable."""
        accounts = self.accounts
        if accounts is None:
            return None
        session = feed_session or accounts.current_session
        if session is None:
            return None
        key = user, session
        if key in self._current:
            return self._current[key]
        account = accounts.find(key)
        if account is not None:
            self.batch.touched.add(key)
            self._current[key] = account
            self._keep_current(account)
        return account

    def has_ended(self, user: str, feed_session: str | None) -> bool:
        """Return whether the user's account there has ended, by the journal."""
        if feed_session is None and self.accounts is not None:
            feed_session = self.accounts.current_session
        history = self.state.accounts.get((user, feed_session or ""))
        return history is not None and history.is_ended

    def _keep_current(self, account: Account) -> None:
        """Apply to the account what was set from outside, or left by the account before.

        It begins with a checkpoint, so an account is always made again under one set of limits.
        """
        has_opened = account.state.is_awaiting and take_over(account, self.state)
        if has_opened:
            self.batch.opened.append(account.key)
        if account.state.is_ended or account.state.is_awaiting:
            return
        if not has_opened and account.risk.is_current(self.rules.limits, self.trading):
            return
        self.record_limits()
        account.risk.renew(self.rules.limits, self.trading)
        self.checkpoint(account)
        account.risk.settle()

    def checkpoint(self, account: Account) -> None:
        """Record the state of an account; it is made again from there."""
        self.record_state(account.key, account.state)

    def record_state(self, key: AccountKey, state: AccountState) -> None:
        """Record this state of an account."""
        for record in checkpoint_records(key, encode_checkpoint(state), self.time_ns):
            self.act(record)

    def everybody(self) -> list[Account]:
        """Return the accounts of all users whose feed sessions have not ended.

        One that waits for another one is left out for that. Raises AccountUnavailable: without one
        of them nobody can say what all have used. They are the same until an act is recorded.
        """
        if self._everybody is None:
            self._everybody = self._find_everybody()
        return self._everybody

    def _find_everybody(self) -> list[Account]:
        keys = dict.fromkeys(self.state.accounts.open())
        keys |= dict.fromkeys(account.key for account in self._in_memory())
        found = [self.begun_account(*key) for key in keys]
        return [each for each in found if each is not None and counts_among(each, keys)]

    def _in_memory(self) -> list[Account]:
        accounts = () if self.accounts is None else self.accounts.all()
        return [account for _, account in accounts if not account.state.is_ended]

    def begin_account(
        self, user: str, feed_session: str | None, matched_through: int | None
    ) -> Account | None:
        """Begin the account after a message, None = the newest; None if there is no tape."""
        accounts = self.accounts
        session = None if accounts is None else feed_session or accounts.current_session
        if accounts is None or session is None:
            return None
        key: AccountKey = (user, session)
        opening = opening_of(accounts, self.state, key, self.batch.judged)
        account = accounts.begin(key, matched_through, opening)
        if account is not None:
            self.batch.touched.add(key)
            self.record_limits()
            account.risk.begin(self.rules.limits, self.trading)
            (state,) = encode_checkpoint(account.state)
            self.act(account_record(key, msgspec.json.encode(account.model), state, self.time_ns))
            self._keep_current(account)
        return account

    def release(self, account: Account) -> None:
        """Match an account on without its strategy."""
        account.release()
        self.act(
            ReleaseRecord(
                time_ns=self.time_ns,
                user=account.user,
                feed_session=account.tape.session_id,
                feed_seq=account.state.matched_through,
            )
        )

    def act(self, act: Act) -> None:
        """Record what happens without a report."""
        self._everybody = None
        user = "" if isinstance(act, LimitsRecord) else act.user or ""
        self.add(JudgedAct(user, encode_record(act), act))

    def record_limits(self) -> None:
        """Record the limits that hold from here on, unless the order session has them."""
        if self._has_limits:
            return
        self._has_limits = True
        limits = self.rules.limits
        content = msgspec.Raw(msgspec.json.encode(limits))
        self.act(LimitsRecord(time_ns=self.time_ns, hash=limits.hash, limits=content))

    def set_state(self, act: StateAct) -> None:
        """Record a change of a trading state, and apply it to the accounts concerned.

        It is applied to an account that is not in memory when that is made again.
        """
        is_active = act.event is StateEvent.OPERATOR_RESUMES
        concerned = [
            account
            for account in self._in_memory()
            if act.user in (None, account.user) and account.key in self.state.accounts
        ]
        equity = sum(map(equity_of, concerned)) if is_active and concerned else None
        self._record_state(act, equity=equity)
        for account in concerned:
            self.begun_account(*account.key)

    def _record_state(
        self,
        act: StateAct,
        *,
        equity: int | None = None,
        feed_session: str | None = None,
        feed_seq: int | None = None,
    ) -> TradingRecord:
        record = TradingRecord(
            time_ns=self.time_ns,
            user=act.user,
            state=self.trading.after(act),
            reason=act.reason,
            uid=self.rules.uid if act.uid is None else act.uid,
            equity=equity,
            cancels=act.cancels,
            feed_session=feed_session,
            feed_seq=feed_seq,
        )
        self.trading.put(record)
        self._current.clear()
        self.act(record)
        return record

    # ---- the sink of all accounts ----------------------------------------------------------------

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime of the next report."""
        return self.next_exec_id(), self.time_ns

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Record that a user has broken a limit at that message."""
        return self._record_state(act, feed_session=feed_session, feed_seq=feed_seq)

    def take(self, user: str, report: Report) -> None:
        """Record a report that follows on an order or a request."""
        record, length = encode_execution(self.time_ns, user, report)
        self.add(JudgedExecution(user, record, length, report))
