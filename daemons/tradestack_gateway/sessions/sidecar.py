"""<session id>.json beside a feed log: what a feed session is made from, and how far it got.

    {"format": 2, "session_id": "…", "start_time_ns": …, "sources": identity, "checked_whole": true,
     "ticks_expected": 36109, "ended": false,
     "settings": {"paused": false, "pace": "60x", "pace_configured": "500/s"},
     "checkpoints": [{"sequence": 65536, "position": …}, …]}

The file is replaced as a whole (written beside, synced, renamed), so it is never a part of one. A
checkpoint is the position in the sources before the message after `sequence`. Several are kept:
after a power cut the log may end before the newest. What was published is in the log alone.

The format is that of the log too: 2 since a tick has 64 bytes.
"""

import logging
import os
from pathlib import Path

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.sources.source import Checkpoint
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX
from tradestack_gateway.sources.source_identity import SourceIdentity

FORMAT = 2
CHECKPOINTS_MAX = 4
FILE_MODE = 0o600  # like the log

logger = logging.getLogger(__name__)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The position of the sources after message `sequence`."""

    sequence: int
    prices_total: int  # of the messages up to there
    position: Checkpoint


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What was set by command, and outlasts session and process."""

    paused: bool = False
    pace: str | None = None  # None: the configured one
    pace_configured: str = ""  # when the pace was set: if it changes, it holds


class _Format(msgspec.Struct):
    """What the file has in every format."""

    format: int


class Sidecar(msgspec.Struct, kw_only=True):
    """The sidecar of one session."""

    format: int = FORMAT
    session_id: str
    start_time_ns: int  # wall clock
    sources: SourceIdentity
    checked_whole: bool = False  # the sources were checked to their ends, not only in part
    ticks_expected: int | None = None  # of the whole session; None: not known
    ended: bool = False
    settings: Settings = Settings()
    checkpoints: list[Mark] = []

    def add_mark(self, mark: Mark) -> None:
        """Add a checkpoint and keep the newest few."""
        self.checkpoints = [*self.checkpoints, mark][-CHECKPOINTS_MAX:]

    def newest_mark(self, head: int) -> Mark | None:
        """Return the newest checkpoint up to `head`; None: start from the beginning."""
        usable = [mark for mark in self.checkpoints if mark.sequence <= head]
        return max(usable, key=lambda mark: mark.sequence, default=None)

    def save(self, directory: Path) -> None:
        """Write the file so that it survives a power cut. Raises OSError."""
        path = directory / f"{self.session_id}{SIDECAR_SUFFIX}"
        beside = path.with_suffix(".tmp")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def load_sidecars(directory: Path) -> list[Sidecar]:
    """Load the sidecars of all sessions that have a log, oldest first; log unreadable ones.

    Raises OperatorFault for a sidecar of another format.
    """
    sidecars = []
    for path in directory.glob(f"*{SIDECAR_SUFFIX}"):
        try:
            content = path.read_bytes()
            _check_format(path, msgspec.json.decode(content, type=_Format).format)
            sidecar = msgspec.json.decode(content, type=Sidecar)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
            logger.warning("%s is ignored: %s", path, ascii(str(error)))
            continue
        if path.with_suffix(FEED_LOG_SUFFIX).exists():
            sidecars.append(sidecar)
    return sorted(sidecars, key=lambda sidecar: (sidecar.start_time_ns, sidecar.session_id))


def _check_format(path: Path, number: int) -> None:
    if number != FORMAT:
        raise OperatorFault(
            str(path),
            f"has format {number}, this version of tradestack reads format {FORMAT}",
            f"run the version that wrote it, or move it and {path.stem}{FEED_LOG_SUFFIX} "
            "to another directory to begin a new session",
        )


def remove_session(directory: Path, session_id: str) -> None:
    """Remove a session's log, then its sidecar."""
    (directory / f"{session_id}{FEED_LOG_SUFFIX}").unlink(missing_ok=True)
    (directory / f"{session_id}{SIDECAR_SUFFIX}").unlink(missing_ok=True)
