"""Execution of orders: the accounts, the tapes that they meet, and what the passing of time does.

A registered strategy decides how far its account is matched; an account without one follows the
tape. A strategy that is away for `away_max` is no longer waited for. When a feed session is over,
and its strategy has said all that it has to say, what works expires.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tradestack.domain.clock import (
    NANOSECONDS_PER_MILLISECOND,
    NANOSECONDS_PER_SECOND,
    Clock,
)
from tradestack.domain.order import ExecRestatementReason
from tradestack.trading.account.account import Account
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account.holdings.opening import AccountOpening
from tradestack.trading.accounts import AccountAwaits, Accounts, AccountUnavailable
from tradestack.trading.execution.model import ExecutionKind, ExecutionModel
from tradestack.trading.judging.all_users import judge_all_users
from tradestack.trading.judging.decisions import Batch, Received
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.unrequested import cancel_orders
from tradestack.trading.judging.upkeep import keep_up
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.wire.errors import ProtocolError
from tradestack.wire.journal.order_journal import SessionRecord
from tradestack.wire.order_messages import MatchedThrough
from tradestack_order_manager.accounts.account_ends import AccountEnds, log_opening
from tradestack_order_manager.accounts.activity import Activity
from tradestack_order_manager.accounts.carry_over import carry_over
from tradestack_order_manager.accounts.tapes import Tapes, messages_missing
from tradestack_order_manager.accounts.unavailable_accounts import UnavailableAccounts
from tradestack_order_manager.accounts.waiting_requests import WaitingRequests

# How often the gateway's directory and sidecars are looked at.
SESSIONS_INTERVAL_NS = 50 * NANOSECONDS_PER_MILLISECOND

_ALL_USERS = "all users", ""


class Execution:
    """The accounts of an order manager.

    away_max_ns, feed_wait_max_ns, cancel_on_disconnect_ns (by user): a reload replaces them.
    connected: the users who are logged in. unavailable: accounts that cannot be used.
    """

    def __init__(
        self,
        model: ExecutionModel,
        directory: Path,
        known: KnownOrders,
        *,
        away_max_ns: int,
        feed_wait_max_ns: int,
        connected: Callable[[], Collection[str]],
        clock: Clock,
        cancel_on_disconnect_ns: Mapping[str, int] = MappingProxyType({}),
        opening: AccountOpening = AccountOpening.FLAT,
    ) -> None:
        self.away_max_ns = away_max_ns
        self.cancel_on_disconnect_ns = cancel_on_disconnect_ns
        self.waiting = WaitingRequests(feed_wait_max_ns)
        self.activity = Activity()
        self._tapes = Tapes(directory)
        self._accounts = Accounts(model, self._tapes.open, known)
        self._accounts.opening = opening
        self._connected = connected
        self._clock = clock
        self._started_ns = clock.monotonic_ns()
        self._seen_ns: dict[str, int] = {}  # when each user was last logged in, monotonic
        self._sessions_seen_ns: int | None = None
        self._ends = AccountEnds(self._tapes)
        self.unavailable = UnavailableAccounts()

    @property
    def model(self) -> ExecutionModel:
        """How the orders of new accounts are executed."""
        return self._accounts.model

    def change(self, model: ExecutionModel, opening: AccountOpening) -> None:
        """Let accounts that begin from now on execute orders, and open, like this."""
        self._accounts.model, self._accounts.opening = model, opening

    @property
    def is_executing(self) -> bool:
        """Return whether orders are executed at all."""
        return self.model.kind is not ExecutionKind.NONE

    def accounts_of(self, known: KnownOrders) -> Accounts | None:
        """Return the accounts, which see the tapes as they are now; None if nothing executes.

        known: of the current order session.
        """
        if not self.is_executing:
            return None
        self._accounts.known = known
        now_ns = self._clock.monotonic_ns()
        self._tapes.look(now_ns)
        if self._sessions_seen_ns is None or now_ns - self._sessions_seen_ns > SESSIONS_INTERVAL_NS:
            self._sessions_seen_ns = now_ns
            self._look_at_sessions()
        return self._accounts

    def readable(self, received: Sequence[Received]) -> list[Received]:
        """Return the messages whose feed message can be read, those that have waited first.

        Those that name a session whose log is not kept are among them: it does not come again.
        """
        if not self.is_executing:
            return list(received)
        return self.waiting.readable(received, self._may_go_on, self._clock.monotonic_ns())

    def _may_go_on(self, feed_session: str, feed_seq: int) -> bool:
        is_there = feed_seq <= self._accounts.head(feed_session)
        return is_there or self._tapes.is_not_kept(feed_session)

    def committed(self, batch: Batch) -> None:
        """Note that the batch is in the journal."""
        for key in batch.opened:
            log_opening(self._accounts.in_memory(key))
        self._accounts.forget(batch.spoiled)

    def forget(self, keys: Iterable[AccountKey]) -> None:
        """Make accounts again that were changed by records which are in no journal."""
        self._accounts.forget(keys)

    def matched_through(self, key: AccountKey, known: KnownOrders) -> MatchedThrough | None:
        """Return what an interactive strategy waits for; None for another one."""
        account = self._accounts.find(key)
        if account is None or not account.state.is_interactive:
            return None
        user, feed_session = key
        return MatchedThrough(
            feed_session=feed_session,
            feed_seq=account.state.matched_through,
            reports=known.state.reports_of(user),
        )

    @property
    def orders_working(self) -> int:
        """Return how many orders are accepted and not done."""
        return sum(len(account.state.orders) for _, account in self._accounts.all())

    def state_of(self, key: AccountKey) -> AccountState | None:
        """Return the state of an account; None if it is not in memory and goes on."""
        account = self._accounts.in_memory(key)
        if account is not None:
            return account.state
        history = self._accounts.known.state.accounts.get(key)
        return None if history is None else history.final_state

    def load(self, judgement: Judgement, keys: Iterable[AccountKey]) -> Mapping[AccountKey, str]:
        """Make accounts again that are not in memory; return why the others cannot be used."""
        faults = {}
        for key in keys:
            if judgement.state.accounts[key].is_final:
                continue  # what it has left is in the journal
            try:
                judgement.account(*key)
            except AccountUnavailable as error:
                self.unavailable.note(key, error)
                faults[key] = str(error)
        return faults

    def event_time(self, feed_session: str, feed_seq: int) -> int | None:
        """Return the event time of a feed message; None if it cannot be read."""
        tape = self._tapes.open(feed_session)
        if tape is None or not 0 < feed_seq <= tape.head:
            return None
        try:
            return int(tape.records(feed_seq, 1)["event_time_ns"][0])
        except (OSError, ProtocolError):
            return None

    def messages_missing(self, known: KnownOrders) -> int:
        """Return how many messages the gateway has to publish again before accounts can go on.

        Accounts may have met more than a feed log has, after a power failure: it may be empty, or
        end with blocks that were never written. Of a feed session that has ended, or has no log,
        nothing is published again.
        """
        if self.accounts_of(known) is None:
            return 0
        missing = 0
        for key in known.state.accounts.open():
            tape = self._tapes.open(key[1])
            if tape is not None and self._tapes.ended_head(key[1]) is None:
                missing += messages_missing(tape, known.state.accounts[key])
        return missing

    def carry(
        self, known: KnownOrders, header: SessionRecord, *, uid: int, is_forced: bool
    ) -> list[bytes]:
        """Return the records of the accounts that go on in the next order session.

        known: of the session that ends. uid: of the order manager. Raises as `carry_over`.
        """
        accounts = self.accounts_of(known)
        if accounts is None:
            return []
        return carry_over(accounts, self._ends, header, uid=uid, is_forced=is_forced)

    def upkeep(self, judgement: Judgement) -> None:
        """Let time pass for all accounts."""
        now_ns = self._clock.monotonic_ns()
        for user in self._connected():
            self._seen_ns[user] = now_ns
        for key in judgement.state.accounts.open():
            try:
                self._keep_up(judgement, key, now_ns)
                self.unavailable.forget(key)
            except AccountAwaits as error:
                self._hasten(judgement, error.before)
            except AccountUnavailable as error:
                self._leave_behind(judgement, key, error)
            except (OSError, ProtocolError) as error:  # of journal or feed log
                self.unavailable.note(key, error)
                judgement.batch.spoiled.add(key)
        self._judge_all_users(judgement)
        is_busy = self.orders_working or len(self.waiting)
        self.activity.look(self._tapes.heads(), now_ns, is_busy=bool(is_busy))
        open_sessions = {feed_session for (_, feed_session), _ in self._accounts.all()}
        self._tapes.keep_only(open_sessions | {self._tapes.current or ""})

    def _keep_up(self, judgement: Judgement, key: AccountKey, now_ns: int) -> None:
        user, feed_session = key
        account = judgement.account(user, feed_session)
        assert account is not None, "the journal has the account"
        is_away = now_ns - self._seen_ns.get(user, self._started_ns) > self.away_max_ns
        if account.state.is_registered and is_away:
            judgement.release(account)
        account.advance()
        self._cancel_if_gone(judgement, account, now_ns)
        keep_up(judgement, account, self._ends.last_message(feed_session))

    def _judge_all_users(self, judgement: Judgement) -> None:
        """Judge what all users have lost together, unless an account is missing for that."""
        try:
            judge_all_users(judgement)
            self.unavailable.forget(_ALL_USERS)
        except (AccountUnavailable, OSError, ProtocolError) as error:
            self.unavailable.note(_ALL_USERS, error)

    def _leave_behind(
        self, judgement: Judgement, key: AccountKey, error: AccountUnavailable
    ) -> None:
        """Let an account end whose feed log is lost; another one may be usable later."""
        reason: Exception = error
        try:
            if self._ends.leave_behind(judgement, key, error):
                return
        except OSError as unreadable:
            reason = unreadable
        self.unavailable.note(key, reason)
        judgement.batch.spoiled.add(key)

    def _hasten(self, judgement: Judgement, key: AccountKey) -> None:
        """Let an account end that another one waits for."""
        try:
            self._ends.hasten(judgement, key)
        except OSError as error:
            self.unavailable.note(key, error)

    def _cancel_if_gone(self, judgement: Judgement, account: Account, now_ns: int) -> None:
        """Cancel what works of a user who has been gone for long, if that is configured."""
        grace_ns = self.cancel_on_disconnect_ns.get(account.user)
        if grace_ns is None or not account.state.orders:
            return
        if now_ns - self._seen_ns.get(account.user, self._started_ns) > grace_ns:
            reason = ExecRestatementReason.CANCEL_ON_CONNECTION_LOSS
            text = f"not connected for {grace_ns / NANOSECONDS_PER_SECOND:g} s"
            cancel_orders(judgement, account, None, reason, text)

    def _look_at_sessions(self) -> None:
        """See which feed session is the current one, and which have ended."""
        self._tapes.find_sessions()
        self._accounts.current_session = self._tapes.current
        self._ends.look(account for _, account in self._accounts.all())
        self._ends.drop(self._accounts)

    def close(self) -> None:
        """Close the tapes."""
        self._tapes.close()
