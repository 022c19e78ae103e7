"""what a feed session is made from and how far its making got ⇄ <session>.json beside its log.

    {"format": 1, "session": "…", "start_time_ns": …, "sources": identity, "checked_whole": true,
     "ended": false, "settings": {"paused": false, "pace": "60x", "pace_configured": "500/s"},
     "checkpoints": [{"sequence": 65536, "position": …}, …]}

The file is replaced as a whole (written beside, synced, renamed), so it is always one that was
meant. A checkpoint says where in the sources the message after `sequence` begins. Several are kept:
after a power cut the log may end before the newest. What was published is in the log alone.
"""

import logging
import os
from pathlib import Path

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.sources.source import Checkpoint
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX
from tradestack_gateway.source_identity import Identity

FORMAT = 1
CHECKPOINTS_MAX = 4
FILE_MODE = 0o600  # like the log

logger = logging.getLogger(__name__)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """After message `sequence`, the sources stood at `position`."""

    sequence: int
    prices_total: int  # of the messages up to there
    position: Checkpoint


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What was set by command, and outlives session and process."""

    paused: bool = False
    pace: str | None = None  # None = what the config says
    pace_configured: str = ""  # what it said when the pace was set: another one overrules it


class _Format(msgspec.Struct):
    """What every format of this file says of itself."""

    format: int


class Sidecar(msgspec.Struct, kw_only=True):
    """One session's."""

    format: int = FORMAT
    session: str
    start_time_ns: int  # wall clock
    sources: Identity
    checked_whole: bool = False  # the sources were read to their ends; else only their beginnings
    ended: bool = False
    settings: Settings = Settings()
    checkpoints: list[Mark] = []

    def add_mark(self, mark: Mark) -> None:
        """Keeps the newest few."""
        self.checkpoints = [*self.checkpoints, mark][-CHECKPOINTS_MAX:]

    def newest_mark(self, head: int) -> Mark | None:
        """The last one that the log has not lost; None = begin at the beginning."""
        usable = [mark for mark in self.checkpoints if mark.sequence <= head]
        return max(usable, key=lambda mark: mark.sequence, default=None)

    def save(self, directory: Path) -> None:
        """Returns when it will survive a power cut. Raises OSError."""
        path = directory / f"{self.session}{SIDECAR_SUFFIX}"
        beside = path.with_suffix(".tmp")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def load_sidecars(directory: Path) -> list[Sidecar]:
    """Those of all sessions whose log is there, the oldest first; what cannot be read is said.

    Raises OperatorFault for a sidecar of another format.
    """
    found = []
    for path in directory.glob(f"*{SIDECAR_SUFFIX}"):
        try:
            content = path.read_bytes()
            _check_format(path, msgspec.json.decode(content, type=_Format).format)
            sidecar = msgspec.json.decode(content, type=Sidecar)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
            logger.warning("%s is passed over: %s", path, ascii(str(error)))
            continue
        if path.with_suffix(FEED_LOG_SUFFIX).exists():
            found.append(sidecar)
    return sorted(found, key=lambda sidecar: (sidecar.start_time_ns, sidecar.session))


def _check_format(path: Path, found: int) -> None:
    if found != FORMAT:
        raise OperatorFault(
            str(path),
            f"is of format {found}",
            f"this tradestack reads format {FORMAT}: run the one that wrote it, "
            f"or remove the file and its {FEED_LOG_SUFFIX} to begin a new session",
        )


def remove_session(directory: Path, session: str) -> None:
    """Deletes a session's log, then what says that it was there."""
    (directory / f"{session}{FEED_LOG_SUFFIX}").unlink(missing_ok=True)
    (directory / f"{session}{SIDECAR_SUFFIX}").unlink(missing_ok=True)
