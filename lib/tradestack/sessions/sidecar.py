"""<session id>.json beside a feed log: what a feed session is made from, and how far it got.

    {"format": 2, "session_id": "…", "start_time_ns": …, "sources": identity, "checked_whole": true,
     "ticks_expected": 36109, "ended": false, "ended_head": null,
     "incomplete": false,
     "settings": {"paused": false, "pace": "60x", "pace_configured": "500/s"},
     "checkpoints": [{"sequence": 65536, "position": …}, …]}

The file is replaced as a whole (written beside, synced, renamed, its directory synced), so it is
never a part of one. A checkpoint is the position in the sources before the message after
`sequence`. Several are kept: after a power cut the log may end before the newest. What was
published is in the log alone.

The format is that of the log too: 2 since a tick has 64 bytes.
"""

import os
from pathlib import Path
from typing import Annotated, Self

import msgspec

from tradestack.sessions.source_identity import SourceIdentity
from tradestack.sources.pace import parse_pace
from tradestack.sources.source import Checkpoint
from tradestack.store.durable_name import replace_durably
from tradestack.store.feed_log import SIDECAR_SUFFIX
from tradestack.store.named_file import open_named_file

FORMAT = 2
CHECKPOINTS_MAX = 4
FILE_MODE = 0o600  # like the log

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class SidecarUnusable(Exception):
    """The file is missing, of another format, or not what this program writes."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The position of the sources after message `sequence`."""

    sequence: Natural
    prices_total: Natural  # of the messages up to there
    position: Checkpoint


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What was set by command, and outlasts session and process."""

    paused: bool = False
    pace: str | None = None  # None: the configured one
    pace_configured: str = ""  # when the pace was set: if it changes, it holds

    def __post_init__(self) -> None:
        if self.pace is not None:
            parse_pace(self.pace)


class _Format(msgspec.Struct):
    """What the file has in every format."""

    format: int


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """The sidecar of one session. It never changes; a changed copy is used once it is saved."""

    format: int = FORMAT
    session_id: str
    start_time_ns: Natural  # wall clock
    sources: SourceIdentity
    checked_whole: bool = False  # the sources were checked to their ends, not only in part
    ticks_expected: int | None = None  # of the whole session; None: not known
    ended: bool = False
    ended_head: Natural | None = None  # the number of its last message, if it has ended
    incomplete: bool = False  # of a relay: the other gateway served it no more before its end
    settings: Settings = Settings()
    checkpoints: tuple[Mark, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file. Raises SidecarUnusable."""
        try:
            with open_named_file(path) as file:
                content = file.read()
            number = msgspec.json.decode(content, type=_Format).format
            if number != FORMAT:
                reads = f"this version of tradestack reads format {FORMAT}"
                raise SidecarUnusable(f"has format {number}, {reads}")
            sidecar = msgspec.json.decode(content, type=cls)
        except FileNotFoundError:
            raise SidecarUnusable("is missing") from None
        except OSError as error:
            raise SidecarUnusable(f"cannot be read: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            reason = str(error)
            raise SidecarUnusable(f"is not a sidecar: {reason!a}") from error
        if sidecar.session_id != path.stem:
            raise SidecarUnusable(f"is that of session {sidecar.session_id!a}")
        return sidecar

    def with_mark(self, mark: Mark) -> Self:
        """Return it with one more checkpoint; the newest few are kept."""
        checkpoints = (*self.checkpoints, mark)[-CHECKPOINTS_MAX:]
        return msgspec.structs.replace(self, checkpoints=checkpoints)

    def with_settings(self, settings: Settings) -> Self:
        """Return it with other settings."""
        return msgspec.structs.replace(self, settings=settings)

    def as_ended(self, head: int) -> Self:
        """Return it as that of a session that is over, with `head` messages."""
        return msgspec.structs.replace(self, ended=True, ended_head=head, incomplete=False)

    def newest_mark(self, head: int) -> Mark | None:
        """Return the newest checkpoint up to `head`; None: start from the beginning."""
        usable = [mark for mark in self.checkpoints if mark.sequence <= head]
        return max(usable, key=lambda mark: mark.sequence, default=None)

    def save(self, directory: Path) -> None:
        """Write the file so that it survives a power cut. Raises OSError."""
        path = directory / f"{self.session_id}{SIDECAR_SUFFIX}"
        beside = path.with_suffix(".tmp")
        beside.unlink(missing_ok=True)  # of a process that died, or something else
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self))
            file.flush()
            os.fsync(file.fileno())
        replace_durably(beside, path)
