"""The order sessions of a state directory: the current one, and ended ones that clients ask for.

A client that missed the end of a session can log in to it by its id, while its journal is kept, and
receives the reports that it has not had and the end of session. Sessions beyond `sessions_kept` are
removed when another begins, but not while a client reads them.
"""

import os
from collections.abc import Collection
from pathlib import Path

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.session_id import following_session_id
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack_order_manager.durability import Durability
from tradestack_order_manager.sessions.order_session import (
    OrderSession,
    first_header,
    recover_newest,
    session_paths,
)

DAY_NS = 86_400 * NANOSECONDS_PER_SECOND
ENTROPY_BYTES = 4  # in a session id, beside the time
# A journal is replayed at about 70 MB/s on a busy small machine; slower than this is a fault.
REPLAY_BYTES_PER_SECOND_MIN = 10_000_000
RECOVERY_TIMEOUT_MIN_S = 30
# Replaying an ended session's journal delays all clients: about a second for 100,000 orders.
ENDED_JOURNAL_BYTES_MAX = 64 << 20
# A session that has just ended is asked for at once, by each of its clients; about 10 bytes of
# memory for each of its reports.
ENDED_OPEN_MAX = 3


class OrderSessions:
    """All sessions of one state directory, which no other process writes.

    current: the session that takes orders.
    """

    def __init__(self, directory: Path, durability: Durability, now_ns: int) -> None:
        """Recover the newest session, or begin the first one.

        With durability "disk" what is recovered is on the disk before it is reported. Raises
        OperatorFault, OSError, SyncFailed.
        """
        self._directory = directory
        self._ended: dict[str, OrderSession] = {}
        recovered = recover_newest(directory)
        if recovered is None:
            header = first_header(now_ns, int.from_bytes(os.urandom(ENTROPY_BYTES)))
            recovered = OrderSession.begin(directory, header)
        elif durability is Durability.DISK:
            recovered.sync()
        self.current = recovered

    def find(self, session: str) -> OrderSession | None:
        """Return the session with that id, "" = the current one.

        None when its journal is not kept, when it is too long to be replayed while others wait, or
        when it was repaired, as its reports have other numbers than they had.
        """
        if session in ("", self.current.id):
            return self.current
        ended = self._ended.get(session) or self._recover_ended(session)
        return None if ended is None or ended.state.is_repaired else ended

    def _recover_ended(self, session: str) -> OrderSession | None:
        path = self._directory / f"{session}{JOURNAL_SUFFIX}"
        if path not in session_paths(self._directory):
            return None
        if path.stat().st_size > ENDED_JOURNAL_BYTES_MAX:
            return None
        ended = OrderSession.recover(path)
        if ended is not None:
            ended.end()
            self._ended[session] = ended
        return ended

    def begin_next(self, now_ns: int) -> None:
        """End the current session and begin another; on OSError nothing has changed."""
        previous = self.current
        entropy = int.from_bytes(os.urandom(ENTROPY_BYTES))
        session = following_session_id(previous.id, now_ns, entropy)
        header = previous.state.next_header(session, now_ns)
        self.current = OrderSession.begin(self._directory, header)
        previous.end()
        self._ended[previous.id] = previous

    def prune(self, sessions_kept: int, followed: Collection[str]) -> None:
        """Remove the oldest journals, but none that a client reads; raise OSError.

        Of those that are kept, the newest ended ones stay open.
        """
        for number, path in enumerate(session_paths(self._directory)):
            if number <= min(ENDED_OPEN_MAX, sessions_kept - 1) or path.stem in followed:
                continue
            ended = self._ended.pop(path.stem, None)
            if ended is not None:
                ended.close()
            if number >= sessions_kept:
                path.unlink()

    def close(self) -> None:
        """Close all journals."""
        for session in (self.current, *self._ended.values()):
            session.close()


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
