"""The files of a feed session, where a stack keeps them or a copy of them is."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import is_session_id
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import FeedTape
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.store.journal_lines import read_lines
from tradestack.store.named_file import open_named_file
from tradestack.wire.journal.account_records import AccountRecord
from tradestack.wire.journal.order_journal import decode_record

GATEWAY = "gateway"
ORDER_MANAGER = "order-manager"
_CHUNK_BYTES = 1 << 20
_ACCOUNT = b'{"Record":"Account",'
_EXPIRED = b'"ExecType":"EXPIRED"'


@dataclass(frozen=True, slots=True)
class JournalFile:
    """An order journal; size_bytes: when it was found; what is after that was written since."""

    path: Path
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StateFiles:
    """The files in the state directories of a gateway and its order manager."""

    state: Path

    @classmethod
    def in_directory(cls, directory: Path) -> "StateFiles":
        """Return those in the directory of `up` or of a backtest, or in one as /var/lib/tradestack.

        Raises OperatorFault.
        """
        state = directory / "state" if (directory / "state").is_dir() else directory
        if not (state / GATEWAY).is_dir():
            raise OperatorFault(
                str(state / GATEWAY),
                "no such directory",
                "name with --state-dir the directory of `tradestackctl up`, or one that has "
                f"{GATEWAY} and {ORDER_MANAGER}",
            )
        return cls(state)

    def feed_log(self, session_id: str | None) -> Path:
        """Return the log of a feed session, None = the newest. Raises OperatorFault, OSError."""
        directory = self.state / GATEWAY
        logs = {path.stem: path for path in files_of(directory, FEED_LOG_SUFFIX)}
        known = sorted(filter(is_session_id, logs))
        wanted = session_id or max(known, default=None)
        if wanted is None or wanted not in known:
            problem = "no feed log is there" if wanted is None else f"no feed log of {wanted}"
            kept = f"these are kept: {', '.join(known)}" if known else "run the gateway first"
            raise OperatorFault(str(directory), problem, kept)
        return logs[wanted]

    def journals(self) -> list[JournalFile]:
        """Return all order journals, the oldest first. Raises OSError."""
        directory = self.state / ORDER_MANAGER
        paths = files_of(directory, JOURNAL_SUFFIX) if directory.exists() else []
        found = []
        for path in sorted(paths):
            if is_session_id(path.stem):
                with contextlib.suppress(FileNotFoundError):  # it was pruned meanwhile
                    found.append(JournalFile(path, path.stat().st_size))
        return found


def files_of(directory: Path, suffix: str) -> list[Path]:
    """Return the files with the suffix; raise OSError, as glob() does not, if it may not look."""
    return [path for path in directory.iterdir() if path.suffix == suffix]


def belongs_to(journal: JournalFile, feed_session: str) -> bool:
    """Return whether a journal has an account of the feed session, or its end. Raises OSError.

    One that names the session and is damaged may have had it.
    """
    name = name_of(feed_session)
    is_named = is_damaged = False
    for line in read_lines(journal.path):
        is_named |= name in line.content
        is_damaged |= line.payload is None
        if line.payload is not None and name in line.content and _EXPIRED in line.content:
            return True
        if is_named and line.payload is not None and line.payload.startswith(_ACCOUNT):
            try:
                record = decode_record(line.payload)
            except ValueError:
                is_damaged = True
                continue
            if isinstance(record, AccountRecord) and record.feed_session == feed_session:
                return True
    return is_named and is_damaged


def names(journal: JournalFile, feed_session: str) -> bool:
    """Return whether a journal names the feed session. Raises OSError."""
    name = name_of(feed_session)
    end = b""
    with open_named_file(journal.path) as file:
        while chunk := file.read(_CHUNK_BYTES):
            if name in end + chunk:
                return True
            end = chunk[-len(name) :]
    return False


def name_of(feed_session: str) -> bytes:
    """Return how records name a feed session."""
    return f'"FeedSession":"{feed_session}"'.encode()


def payloads_of(
    journal: JournalFile, show: Callable[[float], None] = lambda _share: None
) -> Iterator[tuple[int, bytes]]:
    """Yield number and payload of the lines that were whole when the journal was found.

    show: is called with the share that is done. Raises OperatorFault, OSError.
    """
    for line in read_lines(journal.path):
        end = line.offset + line.size
        if line.torn or end > journal.size_bytes:
            return
        show(end / journal.size_bytes)
        if line.payload is None:
            raise OperatorFault(
                f"{journal.path}: line {line.number}",
                "the line is damaged: its checksum does not match",
                f"see `tradestackctl journal check {journal.path}`",
            )
        yield line.number, line.payload


@contextlib.contextmanager
def tapes_of(log: Path) -> Iterator[Callable[[], FeedTape]]:
    """Give a function that opens the tape of a feed log again; close all of them at the end."""
    with contextlib.ExitStack() as opened:

        def open_tape() -> FeedTape:
            tape = FeedTape(log)
            opened.callback(tape.close)
            return tape

        yield open_tape


def ended_head(tape: FeedTape) -> int | None:
    """Return the last message of a session that has ended; None if it goes on, or nobody knows."""
    try:
        return tape.ended_head()
    except (OSError, ValueError, msgspec.ValidationError):
        return None
