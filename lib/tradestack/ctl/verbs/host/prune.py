"""Delete the files of old sessions: feed logs and their sidecars, order journals, statistics.

The newest sessions of each kind are kept, and in any case the current session of a running daemon,
and the order sessions whose reports a strategy reads again when it starts. The statistics of
strategies and of the exporter are deleted with their feed sessions; those of FIX port, gRPC edge
and web server, if they are of days before the oldest feed session that is kept. The daemons do the
same whenever a session begins, except for sessions that a client reads; use --keep if a disk fills
up before that. A running daemon closes what was deleted within a second, and the space is free
then, or when no client reads it.

Without --keep, as many are kept as the daemon's configuration says (`sessions_kept`).

examples:
  tradestackctl prune --dry-run
  tradestackctl prune --keep 1
"""

import argparse
import contextlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.ctl.arguments import positive_integer
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.owner import as_owner_of
from tradestack.ctl.running_daemons import (
    EXPORTER,
    FIX,
    GATEWAY,
    GRPC,
    ORDER_MANAGER,
    WEB,
    RunningDaemons,
)
from tradestack.ctl.strategies.recorded_statistics import strategies_with_statistics
from tradestack.domain.session_id import is_session_id, session_begin_ns
from tradestack.net.control.client import ControlFault
from tradestack.report.files.state_files import files_of
from tradestack.runtime.config.keys import parse_config, read_table
from tradestack.runtime.config.shared_keys import ServerConfig
from tradestack.store.feed_checksums import CHECKSUMS_SUFFIX
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.store.journal_lines import read_lines
from tradestack.store.statistics_file import STATISTICS_SUFFIX, day_of, is_day
from tradestack.wire.journal.account_records import AccountRecord, EndedRecord
from tradestack.wire.journal.order_journal import decode_record

CONFIGS: Mapping[str, type[ServerConfig]] = {
    GATEWAY: GatewayConfig,
    ORDER_MANAGER: OrderManagerConfig,
}
SESSION_FILES = {
    GATEWAY: (FEED_LOG_SUFFIX, SIDECAR_SUFFIX, CHECKSUMS_SUFFIX, STATISTICS_SUFFIX),
    ORDER_MANAGER: (JOURNAL_SUFFIX, STATISTICS_SUFFIX),
}
WITHOUT_SESSIONS = (FIX, GRPC, WEB)

# What a line begins with that says of an account that it begins, or has ended.
_BEGIN_AND_END = (b'{"Record":"Account"', b'{"Record":"Ended"')


@dataclass(frozen=True, slots=True)
class OldSession:
    """The files of one session, or of a day of a daemon without sessions."""

    session_id: str
    files: tuple[Path, ...]

    @property
    def size_bytes(self) -> int:
        """The size of all files together."""
        return sum(path.lstat().st_size for path in self.files)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--keep",
        type=positive_integer,
        metavar="COUNT",
        help="how many sessions of each kind to keep (default: sessions_kept of each daemon)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only print what would be deleted")
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Delete the files and print their sessions."""
    installation = Installation.of(args)
    state = installation.state
    require_directory(state, "--state-dir")
    daemons = RunningDaemons.of(args)
    followers = dict.fromkeys((*strategies_with_statistics(state), EXPORTER), (STATISTICS_SUFFIX,))
    feeds: set[str] = set()  # feed sessions that are kept
    kept = {each: args.keep or _sessions_kept(daemons, each, installation) for each in CONFIGS}
    for daemon, suffixes in (SESSION_FILES | followers).items():
        directory, current = state / daemon, _current_session(daemons, daemon)
        if not directory.exists():
            continue
        with as_owner_of(directory):
            spared = order_sessions_needed(directory) if daemon == ORDER_MANAGER else feeds
            keep = kept.get(daemon, kept[GATEWAY])  # of a follower: as of the feed
            sessions = sessions_to_remove(directory, suffixes, keep=keep, current=current)
            removed = [each for each in sessions if each.session_id not in spared]
            if daemon == GATEWAY:
                logs = directory.glob(f"*{FEED_LOG_SUFFIX}")
                feeds = {path.stem for path in logs} - {each.session_id for each in removed}
            _remove(f"{daemon} session", removed, is_dry_run=args.dry_run)
    for daemon in WITHOUT_SESSIONS:
        directory = state / daemon
        if directory.exists():
            with as_owner_of(directory):
                _remove(f"{daemon} day", days_to_remove(directory, feeds), is_dry_run=args.dry_run)
    return ExitStatus.DONE


def _remove(what: str, removed: Sequence[OldSession], *, is_dry_run: bool) -> None:
    for old in removed:
        print(f"{what} {old.session_id}: {old.size_bytes:,} bytes")
        if not is_dry_run:
            for path in old.files:
                path.unlink()


def sessions_to_remove(
    directory: Path, suffixes: Sequence[str], *, keep: int, current: str | None
) -> list[OldSession]:
    """List all sessions but the newest `keep` (at least 1) and the current one, oldest first.

    Raises OSError.

    suffixes: of a session's files; the first is that of the file that every session has.
    """
    sessions: list[OldSession] = []
    for path in files_of(directory, suffixes[0]):
        files = (path.with_suffix(suffix) for suffix in suffixes)
        sessions.append(
            OldSession(path.stem, tuple(file for file in files if os.path.lexists(file)))
        )
    # Ids ascend with every session; the files' times follow a clock that may be set back.
    sessions.sort(key=lambda session: session.session_id)
    return [old for old in sessions[: -max(1, keep)] if old.session_id != current]


def days_to_remove(directory: Path, feeds: Collection[str]) -> list[OldSession]:
    """List the days of statistics before the oldest of these feed sessions. Raises OSError."""
    oldest = min(filter(is_session_id, feeds), default=None)
    if oldest is None:
        return []
    first = day_of(session_begin_ns(oldest))
    paths = sorted(files_of(directory, STATISTICS_SUFFIX))
    return [
        OldSession(path.stem, (path,)) for path in paths if is_day(path.stem) and path.stem < first
    ]


def order_sessions_needed(directory: Path) -> set[str]:
    """Return the earlier order sessions that have accounts which go on. Raises OSError."""
    earlier: dict[tuple[str, str], tuple[str, ...]] = {}
    journals = files_of(directory, JOURNAL_SUFFIX)
    files = (path for path in journals if path.is_file() and not path.is_symlink())
    newest = max(files, default=None)
    for line in () if newest is None else read_lines(newest):
        if line.payload is None or not line.payload.startswith(_BEGIN_AND_END):
            continue
        with contextlib.suppress(ValueError):  # `journal check` says what is damaged
            match decode_record(line.payload):
                case AccountRecord(user=user, feed_session=session, order_sessions=names):
                    earlier[user, session] = names
                case EndedRecord(user=user, feed_session=session):
                    earlier.pop((user, session), None)
    return {name for names in earlier.values() for name in names}


def _sessions_kept(daemons: RunningDaemons, daemon: str, installation: Installation) -> int:
    """Return how many sessions a daemon keeps, by what it runs with or else by its file.

    Raises OperatorFault for a file that cannot be read: the default may be less than it says.
    """
    try:
        with daemons.client(daemon) as client:
            kept: int = client.call("io.tradestack.Daemon.GetConfig")["config"]["sessions_kept"]
            return kept
    except ControlFault:
        path = installation.config / f"{daemon}.toml"
    table = read_table(path) if path.exists() else {}
    written = {key: value for key, value in table.items() if key == "sessions_kept"}
    return parse_config(CONFIGS[daemon], written, source=str(path)).sessions_kept


def _current_session(daemons: RunningDaemons, daemon: str) -> str | None:
    """Return the session of a running daemon.

    Return None if it is not running: it will continue the newest session, which is kept anyway.
    """
    try:
        with daemons.client(daemon) as client:
            session: str | None = client.call("io.tradestack.Daemon.GetStats")["stats"]["session"]
            return session
    except ControlFault:
        return None
