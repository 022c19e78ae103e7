"""Execution of orders: the accounts, the tapes that they meet, and what the passing of time does.

A registered strategy decides how far its account is matched; an account without one follows the
tape. A strategy that is away for `away_max` is no longer waited for. When a feed session is over,
and its strategy has said all that it has to say, what works expires.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from tradestack.domain.clock import (
    NANOSECONDS_PER_MILLISECOND,
    NANOSECONDS_PER_SECOND,
    Clock,
)
from tradestack.domain.faults import OperatorFault
from tradestack.domain.order import ExecRestatementReason
from tradestack.trading.account.account import Account
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account_recovery import TapeBehind
from tradestack.trading.accounts import Accounts, AccountUnavailable
from tradestack.trading.carrying import Carrying
from tradestack.trading.execution.model import ExecutionKind, ExecutionModel
from tradestack.trading.judging.all_users import judge_all_users
from tradestack.trading.judging.decisions import Batch, Received
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.known_orders import KnownOrders
from tradestack.wire.account_records import EndedRecord
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_journal import SessionRecord
from tradestack.wire.order_messages import MatchedThrough
from tradestack_order_manager.checkpoints import is_checkpoint_due
from tradestack_order_manager.risk_events import show_trading_state
from tradestack_order_manager.tapes import Tapes
from tradestack_order_manager.waiting_requests import WaitingRequests

# How often the gateway's directory and sidecars are looked at.
SESSIONS_INTERVAL_NS = 50 * NANOSECONDS_PER_MILLISECOND

logger = logging.getLogger(__name__)


class Execution:
    """The accounts of an order manager.

    away_max_ns, feed_wait_max_ns, cancel_on_disconnect_ns (by user): a reload replaces them.
    connected: the users who are logged in.
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
    ) -> None:
        self.away_max_ns = away_max_ns
        self.cancel_on_disconnect_ns: Mapping[str, int] = {}
        self.waiting = WaitingRequests(feed_wait_max_ns)
        self._tapes = Tapes(directory)
        self._accounts = Accounts(model, self._tapes.open, known)
        self._connected = connected
        self._clock = clock
        self._started_ns = clock.monotonic_ns()
        self._seen_ns: dict[str, int] = {}  # when each user was last logged in, monotonic
        self._sessions_seen_ns: int | None = None
        self._ended_heads: dict[str, int | None] = {}
        self._unavailable: dict[str, str] = {}  # what was logged about a user

    @property
    def model(self) -> ExecutionModel:
        """How the orders of new accounts are executed."""
        return self._accounts.model

    @model.setter
    def model(self, model: ExecutionModel) -> None:
        self._accounts.model = model

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
        """Return the messages whose feed message can be read, those that have waited first."""
        if not self.is_executing:
            return list(received)
        now_ns = self._clock.monotonic_ns()
        return self.waiting.readable(received, self._accounts.head, now_ns)

    def committed(self, batch: Batch) -> None:
        """Note that the batch is in the journal."""
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
        """Return the state of an account; None if it is not in memory."""
        account = self._accounts.in_memory(key)
        return None if account is None else account.state

    def load(self, judgement: Judgement, keys: Iterable[AccountKey]) -> Mapping[AccountKey, str]:
        """Make accounts again that are not in memory; return why the others cannot be used."""
        faults = {}
        for key in keys:
            try:
                judgement.account(*key)
            except AccountUnavailable as error:
                self.note_unavailable(key[0], error)
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

    def note_unavailable(self, user: str, error: Exception) -> None:
        """Log once why the account of a user cannot be used."""
        if self._unavailable.get(user) != str(error):
            self._unavailable[user] = str(error)
            logger.error("the account of %s cannot be used: %s", user, error)

    def messages_missing(self, known: KnownOrders) -> int:
        """Return how many messages the gateway has to publish again before accounts can go on.

        Accounts may have met more than a feed log has, after a power failure. Of a feed session
        that has ended nothing is published again.
        """
        accounts = self.accounts_of(known)
        if accounts is None:
            return 0
        return sum(
            max(0, known.state.accounts[key].matched_through - accounts.head(key[1]))
            for key in known.state.accounts.open()
            if accounts.head(key[1]) and self._tapes.ended_head(key[1]) is None
        )

    def carry(
        self, known: KnownOrders, header: SessionRecord, *, uid: int, is_forced: bool
    ) -> list[bytes]:
        """Return the records of the accounts that go on in the next order session.

        known: of the session that ends. uid: of the order manager. Raises OperatorFault for an
        account that cannot be used, unless is_forced: then it is left behind, which is logged. So
        is one whose feed session has ended before the messages were published again that it has
        met.
        """
        accounts = self.accounts_of(known)
        if accounts is None:
            return []
        carrying = Carrying(accounts, header.session, header.time_ns, uid)
        for key in known.state.accounts.open():
            try:
                carrying.carry(key)
            except AccountUnavailable as error:
                has_ended = self._tapes.ended_head(key[1]) is not None
                if not is_forced and not (has_ended and isinstance(error.__cause__, TapeBehind)):
                    raise OperatorFault(
                        f"account of {key[0]} in feed session {key[1]}",
                        str(error),
                        "begin the order session when its feed log is there again",
                    ) from error
                logger.error("the account of %s ends with its order session: %s", key[0], error)
        for change in carrying.changes:
            show_trading_state(change)
        return carrying.records

    def upkeep(self, judgement: Judgement) -> None:
        """Let time pass for all accounts."""
        now_ns = self._clock.monotonic_ns()
        for user in self._connected():
            self._seen_ns[user] = now_ns
        for key in judgement.state.accounts.open():
            try:
                self._keep_up(judgement, key, now_ns)
            except (AccountUnavailable, OSError, ProtocolError) as error:  # of journal or feed log
                self.note_unavailable(key[0], error)
                judgement.batch.spoiled.add(key)
        judge_all_users(judgement)
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
        if account.is_through(self._ended_heads.get(feed_session)):
            self._end(judgement, key, account)
        elif is_checkpoint_due(account, judgement.state.accounts[key]):
            judgement.checkpoint(account)

    def _cancel_if_gone(self, judgement: Judgement, account: Account, now_ns: int) -> None:
        """Cancel what works of a user who has been gone for long, if that is configured."""
        grace_ns = self.cancel_on_disconnect_ns.get(account.user)
        if grace_ns is None or not account.state.orders:
            return
        if now_ns - self._seen_ns.get(account.user, self._started_ns) > grace_ns:
            reason = ExecRestatementReason.CANCEL_ON_CONNECTION_LOSS
            text = f"not connected for {grace_ns / NANOSECONDS_PER_SECOND:g} s"
            judgement.cancel_orders(account, None, reason, text)

    def _end(self, judgement: Judgement, key: AccountKey, account: Account) -> None:
        user, feed_session = key
        account.end()
        judgement.act(
            EndedRecord(
                time_ns=judgement.time_ns,
                user=user,
                feed_session=feed_session,
                feed_seq=account.state.matched_through,
            )
        )

    def _look_at_sessions(self) -> None:
        """See which feed session is the current one, and which have ended."""
        self._tapes.find_sessions()
        self._accounts.current_session = self._tapes.current
        for (_, feed_session), account in self._accounts.all():
            if not account.state.is_ended and self._ended_heads.get(feed_session) is None:
                self._ended_heads[feed_session] = self._tapes.ended_head(feed_session)
        self._drop_ended()

    def _drop_ended(self) -> None:
        """Drop accounts that have ended and whose feed log is deleted, all but each user's newest.

        An open log keeps its place on the disk, deleted or not.
        """
        in_memory = [key for key, _ in self._accounts.all()]
        newest = dict(sorted(in_memory))  # session ids ascend
        histories = self._accounts.known.state.accounts
        for key in in_memory:
            user, feed_session = key
            is_kept = feed_session in self._tapes.sessions or feed_session == newest[user]
            if not is_kept and key in histories and histories[key].is_ended:
                self._accounts.forget([key])
                self._ended_heads.pop(feed_session, None)

    def close(self) -> None:
        """Close the tapes."""
        self._tapes.close()
