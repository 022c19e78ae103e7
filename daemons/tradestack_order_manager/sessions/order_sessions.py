"""The order sessions of a state directory: the current one, and ended ones that clients ask for.

A client that missed the end of a session can log in to it by its id, while its journal is kept, and
receives the reports that it has not had and the end of session. A long journal is searched for them
while the client reads (long_session.py). Sessions beyond `sessions_kept` are removed when another
begins, but not while a client reads them.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import msgspec

from tradestack.configs.durability import Durability
from tradestack.domain.clock import DAY_NS, NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import ENTROPY_BYTES, following_session_id, is_session_id
from tradestack.observe.events import ORDER_SESSION_INCOMPLETE, emit
from tradestack.sessions.order_session import OrderSession, first_header
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.store.staged_file import Stage
from tradestack.wire.journal.order_journal import EVERY_BOOT, FORMAT_VERSION, SessionRecord
from tradestack_order_manager.sessions.journal_files import (
    ends_whole,
    prune_journals,
    session_paths,
)
from tradestack_order_manager.sessions.log_end import NOTHING_LOGGED, LogEnd
from tradestack_order_manager.sessions.long_session import Disconnect, LongSession
from tradestack_order_manager.sessions.loss import sign_of_loss
from tradestack_order_manager.sessions.replicated import Replicated

# A journal is replayed at about 70 MB/s on a busy small machine; slower than this is a fault.
REPLAY_BYTES_PER_SECOND_MIN = 10_000_000
RECOVERY_TIMEOUT_MIN_S = 30
# Replaying an ended session's journal delays all clients: about a second for 100,000 orders. A
# longer one is read piece by piece.
ENDED_JOURNAL_BYTES_MAX = 64 << 20
# An ended session that cannot be read is not tried again before: it may have to be replayed.
UNREADABLE_RETRY_NS = 10 * NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class NewSessionFailed(Exception):
    """No other order session can be begun; the current one goes on."""


# Header of the session that begins → the records that it begins with.
Carry = Callable[[SessionRecord], Sequence[bytes]]


class OrderSessions:
    """All sessions of one state directory, which no other process writes.

    current: the session that takes orders. durability: of its orders; a reload replaces it.
    """

    def __init__(
        self,
        directory: Path,
        durability: Durability,
        now_ns: int,
        *,
        boot_id: str | None = None,
        logged: LogEnd = NOTHING_LOGGED,
        orders_lost_max: int = 0,
        replicated: Replicated | None = None,
    ) -> None:
        """Recover the newest session, or begin the first one.

        boot_id: of the machine's present boot. logged: what order_log.txt ends with.
        orders_lost_max: how many orders a session may have. With durability "disk" what is
        recovered is on the disk before it is reported. replicated: with durability "replicated".
        Raises OperatorFault, OSError, SyncFailed.
        """
        self.durability = durability
        self._directory = directory
        self._boot_id = boot_id
        self._logged_order_id = logged.order_id
        self._orders_lost_max = orders_lost_max
        self._ended: dict[str, OrderSession | LongSession] = {}
        self._to_search: asyncio.Queue[LongSession] = asyncio.Queue()
        self._unreadable: dict[str, int] = {}  # ended sessions, and when to try again, monotonic
        self._replicated = replicated
        recovered = recover_newest(directory) if replicated is None else replicated.session
        self._is_recovered = recovered is not None
        if recovered is None:
            entropy = int.from_bytes(os.urandom(ENTROPY_BYTES))
            header = first_header(now_ns, entropy, logged.order_id + 1, self._bound_to)
            recovered = OrderSession.begin(directory, header, stage=self._stage)
        elif replicated is not None and replicated.is_stored:
            recovered.journal.stage(replicated.backlog.stage)
        elif durability is Durability.DISK:
            recovered.sync()
        self.current = recovered
        # A stream has all that was acknowledged, and order_log.txt may be of this host's own past.
        sign = sign_of_loss(recovered, boot_id, logged) if replicated is None else None
        if sign is not None and not recovered.state.is_repaired:
            self.record_loss(sign, now_ns)

    @property
    def _bound_to(self) -> str | None:
        """Return the boot that a session which begins now ends with."""
        return self._boot_id if self.durability is Durability.OS else EVERY_BOOT

    @property
    def _stage(self) -> Stage | None:
        return None if self._replicated is None else self._replicated.backlog.stage

    @property
    def reason_to_end(self) -> str | None:
        """Return why the current session must not take more orders; None if it may."""
        state = self.current.state
        if self._replicated is not None and not self.current.journal.is_staged:
            return "it began before the journal was replicated"
        if state.is_repaired:
            return "records of it are lost"
        if state.header.boot_id == EVERY_BOOT and self.durability is Durability.OS:
            return "it was to survive power failures, and durability is os now"
        if state.header.version != FORMAT_VERSION:
            return f"its journal has format {state.header.version}, and records need a later one"
        return None

    def expect_orders(self, orders_max: int) -> None:
        """Expect that the current session may have up to `orders_max` orders."""
        self._orders_lost_max = max(self._orders_lost_max, orders_max)

    def record_loss(self, sign: str, now_ns: int) -> None:
        """Journal that the current session may be incomplete: another one is to begin.

        Its numbers go on after all those that may be lost. Raises OSError, SyncFailed.
        """
        session = self.current
        emit(logger, ORDER_SESSION_INCOMPLETE, session=session.id, reason=sign)
        room = self._orders_lost_max - session.state.reports_count
        session.record_loss(max(0, room), now_ns)

    def may_lack(self, session: OrderSession | LongSession, user: str, sequence: int) -> bool:
        """Return whether a user who wants this report next has seen more than the session holds.

        So it is if the session was recovered; in one that this process began nothing is lost. Of a
        long one it turns out when that was searched.
        """
        if isinstance(session, LongSession) and not session.is_whole:
            session.expect(user, sequence)
            return False
        has_seen_more = sequence > session.stream(user).head + 1
        return has_seen_more and (session is not self.current or self._is_recovered)

    def find(self, session_id: str, now_ns: int) -> OrderSession | LongSession | None:
        """Return the session with that id, "" = the current one; now_ns: monotonic.

        None when its journal is not kept or cannot be read, or when it is incomplete: its reports
        have other numbers than they had.
        """
        if session_id in ("", self.current.id):
            return self._begun_session
        found = self._ended.get(session_id)
        if isinstance(found, LongSession) and found.is_lost:
            self._ended.pop(session_id).close()
            self._unreadable[session_id] = now_ns + UNREADABLE_RETRY_NS
            return None
        return found or self._recover_ended(session_id, now_ns)

    async def search_long(
        self, wake: Callable[[], None], disconnect: Disconnect, clock: Clock
    ) -> None:
        """Find the reports of long sessions, one session after another, forever."""
        while True:
            await (await self._to_search.get()).search(wake, disconnect, clock)

    @property
    def _begun_session(self) -> OrderSession | LongSession:
        """Return the current session, or the newest before it that the stream has something of."""
        ended = (self._ended[session_id] for session_id in sorted(self._ended, reverse=True))
        return next(filter(_is_begun, (self.current, *ended)), self.current)

    def _recover_ended(self, session_id: str, now_ns: int) -> OrderSession | LongSession | None:
        """Recover an ended session; a fault of its journal does not concern the current one."""
        if not is_session_id(session_id) or now_ns < self._unreadable.get(session_id, now_ns):
            return None
        path = self._directory / f"{session_id}{JOURNAL_SUFFIX}"
        try:
            if not path.exists():
                return None
            is_whole = ends_whole(path)
            if is_whole and path.stat().st_size > ENDED_JOURNAL_BYTES_MAX:
                return self._open_long(path)
            ended = OrderSession.recover(path) if is_whole else None
        except (OSError, OperatorFault) as fault:
            logger.error("ended order session %s is not served: %s", session_id, fault)
            self._unreadable[session_id] = now_ns + UNREADABLE_RETRY_NS
            return None
        if ended is None or ended.state.is_repaired:
            logger.error("ended order session %s is not served: it is incomplete", session_id)
            self._unreadable[session_id] = now_ns + UNREADABLE_RETRY_NS
            if ended is not None:
                ended.close()
            return None
        ended.end()
        self._ended[session_id] = ended
        return ended

    def _open_long(self, path: Path) -> LongSession:
        long = self._ended[path.stem] = LongSession(path)
        self._to_search.put_nowait(long)
        return long

    def begin_next(self, now_ns: int, carry: Carry) -> None:
        """End the current session and begin another; carry: what goes on in it.

        Raises OSError, OperatorFault if the directory is not writable; then nothing has changed.
        """
        previous = self.current
        previous.sync()  # clients will be told that they have all of it
        entropy = int.from_bytes(os.urandom(ENTROPY_BYTES))
        session = following_session_id(previous.id, now_ns, entropy)
        header = previous.state.next_header(session, now_ns, self._bound_to)
        # The order log may be ahead by more than a session can lose: of a restored backup, for one.
        first_order_id = max(header.next_order_id, self._logged_order_id + 1)
        header = msgspec.structs.replace(header, next_order_id=first_order_id)
        self.current = OrderSession.begin(self._directory, header, carry(header), self._stage)
        self._is_recovered = False
        # Until the other session is stored, it might not be the one that goes on.
        if previous.state.is_repaired:
            self._when_kept(previous.close)
            return
        self._ended[previous.id] = previous
        self._when_kept(previous.end)

    def _when_kept(self, act: Callable[[], None]) -> None:
        if self._replicated is None:
            act()
        else:
            self._replicated.backlog.when_kept(act)

    def prune(self, sessions_kept: int, followed: Collection[str]) -> list[str]:
        """Remove the oldest journals, but none that a client reads; return the sessions removed.

        Raises OSError.
        """
        removed = prune_journals(self._directory, sessions_kept, followed)
        for session_id in removed:
            ended = self._ended.pop(session_id, None)
            if ended is not None:
                ended.close()
        return removed

    def close_removed(self, followed: Collection[str]) -> None:
        """Close ended journals that somebody else has removed, but none that a client reads.

        Their space is free only then.
        """
        for session_id, ended in list(self._ended.items()):
            path = self._directory / f"{session_id}{JOURNAL_SUFFIX}"
            if session_id not in followed and _is_begun(ended) and not path.exists():
                self._ended.pop(session_id).close()

    def close(self) -> None:
        """Close all journals."""
        for session in (self.current, *self._ended.values()):
            session.close()


def recover_newest(directory: Path) -> OrderSession | None:
    """Recover the current session; None if there never was one. Raise OperatorFault."""
    for path in session_paths(directory):
        session = OrderSession.recover(path)
        if session is not None:
            return session
    return None


def _is_begun(session: OrderSession | LongSession) -> bool:
    """Return whether a client may be told of it: the journal has its beginning."""
    return isinstance(session, LongSession) or session.journal.kept_bytes() > 0


def recovery_timeout_s(directory: Path) -> int:
    """Return the time that recovering the newest session may take, in seconds."""
    sizes = [path.stat().st_size for path in session_paths(directory)[:1]]
    return RECOVERY_TIMEOUT_MIN_S + sum(sizes) // REPLAY_BYTES_PER_SECOND_MIN


def is_session_due(session_time_ns: int, new_session_at: int | None, now_ns: int) -> bool:
    """Return whether the time of day (ns after midnight UTC) has passed since the session began.

    A session that began more than a day in the future was begun under a wrong clock. It is over:
    otherwise no other would be due until then.
    """
    if new_session_at is None:
        return False
    if session_time_ns > now_ns + DAY_NS:
        return True
    latest_ns = (now_ns - new_session_at) // DAY_NS * DAY_NS + new_session_at
    return session_time_ns < latest_ns
