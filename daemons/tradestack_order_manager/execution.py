"""Execution of orders: the accounts, the tapes that they meet, and what the passing of time does.

A registered strategy decides how far its account is matched; an account without one follows the
tape. A strategy that is away for `away_max` is no longer waited for. When a feed session is over,
and its strategy has said all that it has to say, what works expires.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND, Clock
from tradestack.trading.account.account import Account
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.account.history import AccountKey
from tradestack.trading.accounts import Accounts, AccountUnavailable
from tradestack.trading.execution.model import ExecutionKind, ExecutionModel
from tradestack.trading.judging.decisions import Batch, Received
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.known_orders import KnownOrders
from tradestack.wire.account_records import CheckpointRecord, EndedRecord, ReleaseRecord
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import MatchedThrough
from tradestack_order_manager.tapes import Tapes
from tradestack_order_manager.waiting_requests import WaitingRequests

# How often the gateway's directory and sidecars are looked at.
SESSIONS_INTERVAL_NS = 250 * NANOSECONDS_PER_MILLISECOND
# An account is made again from its newest checkpoint: that is how much has to be done again.
CHECKPOINT_RECORDS = 4_096
CHECKPOINT_MESSAGES = 2_000_000

logger = logging.getLogger(__name__)


class Execution:
    """The accounts of an order manager.

    away_max_ns, feed_wait_max_ns: a reload replaces them. connected: the users who are logged in.
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

    def accounts_of(self, known: KnownOrders) -> Accounts | None:
        """Return the accounts, which see the tapes as they are now; None if nothing executes.

        known: of the current order session.
        """
        if self.model.kind is ExecutionKind.NONE:
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
        if self.model.kind is ExecutionKind.NONE:
            return list(received)
        now_ns = self._clock.monotonic_ns()
        return self.waiting.readable(received, self._accounts.head, now_ns)

    def committed(self, batch: Batch) -> None:
        """Note that the batch is in the journal."""
        self._accounts.committed()
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

    def note_unavailable(self, user: str, error: Exception) -> None:
        """Log once why the account of a user cannot be used."""
        if self._unavailable.get(user) != str(error):
            self._unavailable[user] = str(error)
            logger.error("the account of %s cannot be used: %s", user, error)

    def upkeep(self, judgement: Judgement) -> None:
        """Let time pass for all accounts."""
        now_ns = self._clock.monotonic_ns()
        for user in self._connected():
            self._seen_ns[user] = now_ns
        for key in list(judgement.state.accounts):
            try:
                self._keep_up(judgement, key, now_ns)
            except (AccountUnavailable, OSError, ProtocolError) as error:  # of journal or feed log
                self.note_unavailable(key[0], error)
                judgement.batch.spoiled.add(key)
        open_sessions = {feed_session for (_, feed_session), _ in self._accounts.all()}
        self._tapes.keep_only(open_sessions | {self._tapes.current or ""})

    def _keep_up(self, judgement: Judgement, key: AccountKey, now_ns: int) -> None:
        history = judgement.state.accounts[key]
        if history.is_ended:
            return
        user, feed_session = key
        account = judgement.account(user, feed_session)
        assert account is not None, "the journal has the account"
        is_away = now_ns - self._seen_ns.get(user, self._started_ns) > self.away_max_ns
        if account.state.is_registered and is_away:
            account.release()
            judgement.act(
                ReleaseRecord(
                    time_ns=judgement.time_ns,
                    user=user,
                    feed_session=feed_session,
                    feed_seq=account.state.matched_through,
                )
            )
        account.advance()
        if account.is_through(self._ended_heads.get(feed_session)):
            self._end(judgement, key, account)
        elif (
            len(history.records) > CHECKPOINT_RECORDS
            or account.state.matched_through - history.matched_through > CHECKPOINT_MESSAGES
        ):
            _checkpoint(judgement, key, account)

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
        self._tapes.find_current()
        self._accounts.current_session = self._tapes.current
        for (_, feed_session), account in self._accounts.all():
            if not account.state.is_ended and self._ended_heads.get(feed_session) is None:
                self._ended_heads[feed_session] = self._tapes.ended_head(feed_session)

    def close(self) -> None:
        """Close the tapes."""
        self._tapes.close()


def _checkpoint(judgement: Judgement, key: AccountKey, account: Account) -> None:
    user, feed_session = key
    parts = encode_checkpoint(account.state)
    for number, state in enumerate(parts, 1):
        judgement.act(
            CheckpointRecord(
                time_ns=judgement.time_ns,
                user=user,
                feed_session=feed_session,
                part=number,
                parts=len(parts),
                state=msgspec.Raw(state),
            )
        )
