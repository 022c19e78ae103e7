"""The tapes of a gateway's feed sessions: opened on demand, refreshed once in each pass."""

import errno
import logging
from collections.abc import Iterable
from pathlib import Path

from tradestack.domain.session_id import is_session_id
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import READ_MESSAGES_MAX, FeedTape
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.history import AccountHistory
from tradestack.wire.errors import ProtocolError

# A session that was not there is not looked for again before: any client may name one.
MISSING_RETRY_NS = 100_000_000
MISSING_MAX = 64

logger = logging.getLogger(__name__)


class Tapes:
    """The tapes in a gateway's state directory.

    sessions: ids of the feed sessions there. current: the newest one, None if there is none.
    """

    def __init__(self, directory: Path) -> None:
        self.sessions: frozenset[str] = frozenset()
        self.current: str | None = None
        self._directory = directory
        self._open: dict[str, FeedTape] = {}
        self._missing: dict[str, int] = {}  # session → when to look for it again, monotonic
        self._now_ns = 0

    def look(self, now_ns: int) -> None:
        """See how far the open tapes have got; now_ns: monotonic. Raises OSError."""
        self._now_ns = now_ns
        for tape in self._open.values():
            tape.look()

    def find_sessions(self) -> None:
        """See which feed sessions there are. Raises OSError."""
        try:
            paths = [path for path in self._directory.iterdir() if path.suffix == FEED_LOG_SUFFIX]
        except FileNotFoundError:
            paths = []
        self.sessions = frozenset(path.stem for path in paths if is_session_id(path.stem))
        self.current = max(self.sessions, default=None)

    def open(self, session_id: str) -> FeedTape | None:
        """Return the tape of a feed session; None if there is no log of it, or none to be read."""
        tape = self._open.get(session_id)
        if tape is not None or self._now_ns < self._missing.get(session_id, self._now_ns):
            return tape
        try:
            tape = FeedTape.open(self._directory, session_id)
        except OSError as error:
            if error.errno != errno.ENOENT:
                logger.error("feed log of session %s cannot be read: %s", session_id, error)
            if len(self._missing) >= MISSING_MAX:
                self._missing.clear()
            self._missing[session_id] = self._now_ns + MISSING_RETRY_NS
            return None
        self._open[session_id] = tape
        return tape

    def ended_head(self, session_id: str) -> int | None:
        """Return the last message of a feed session that has ended; None if it goes on."""
        tape = self._open.get(session_id)
        try:
            return None if tape is None else tape.ended_head()
        except (OSError, ValueError):
            return None  # the gateway has not written its sidecar yet, or is about to

    def has_ended_before(self, session_id: str, sequence: int) -> bool:
        """Return whether a feed session has ended without that message. Raises OSError.

        The log is looked at after the sidecar: nothing is added to it any more then.
        """
        tape = self._open.get(session_id)
        return (
            tape is not None
            and self.ended_head(session_id) is not None
            and tape.written() < sequence
        )

    def is_not_kept(self, session_id: str) -> bool:
        """Return whether there was no log of an earlier session when `find_sessions` looked.

        It asks no disk: clients name sessions, and many requests may wait.
        """
        is_earlier = self.current is not None and session_id < self.current
        return is_earlier and session_id not in self.sessions

    def is_gone(self, session_id: str) -> bool:
        """Return whether the log of an earlier feed session was removed. Raises OSError."""
        log = self._directory / f"{session_id}{FEED_LOG_SUFFIX}"
        return self.current is not None and session_id < self.current and not log.exists()

    def heads(self) -> dict[str, int]:
        """Return the newest message of each open tape."""
        return {session_id: tape.head for session_id, tape in self._open.items()}

    def keep_only(self, session_ids: Iterable[str]) -> None:
        """Close the tapes of all other sessions."""
        kept = set(session_ids)
        for session_id in [each for each in self._open if each not in kept]:
            self._open.pop(session_id).close()

    def close(self) -> None:
        """Close all tapes."""
        self.keep_only(())


def messages_missing(tape: FeedTape, history: AccountHistory) -> int:
    """Return how many of the messages that the account has met cannot be read.

    Looked at are those since its checkpoint, and the newest.
    """
    newest = history.matched_through
    first = min(newest, decode_checkpoint(history.checkpoint).matched_through + 1)
    if first > tape.head:
        return newest - tape.head
    try:
        while 0 < first <= min(newest, tape.head):
            first += len(tape.records(first, READ_MESSAGES_MAX))
    except (OSError, ProtocolError):
        return newest + 1 - first  # the gateway cuts off what is no tick, and publishes it again
    return max(0, newest - tape.head)
