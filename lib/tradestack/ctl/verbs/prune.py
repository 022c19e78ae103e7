"""Removes the files of old sessions: feed logs with their sidecars, order journals.

The newest --keep of each kind stay, and the session that a daemon says is its own, however old.
The daemons do the same when a session begins (`sessions_kept`); this is for disks that fill.

examples:
  tradestackctl prune --dry-run
  tradestackctl prune --keep 1
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.places import add_arguments as add_place_arguments
from tradestack.ctl.places import chosen_places, need_directory
from tradestack.ctl.up.running_daemons import GATEWAY, ORDER_MANAGER, RunningDaemons
from tradestack.net.control.client import ControlFault

KEEP_DEFAULT = 3
SESSION_FILES = {GATEWAY: (".feed", ".json"), ORDER_MANAGER: (".journal",)}


@dataclass(frozen=True, slots=True)
class OldSession:
    """The files of one session: what it is known by first."""

    session: str
    files: tuple[Path, ...]

    @property
    def size_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.files)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument(
        "--keep", type=_count, default=KEEP_DEFAULT, metavar="N", help="how many stay (3)"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed")
    add_place_arguments(parser)


def run(args: argparse.Namespace) -> int:
    state = chosen_places(args).state
    need_directory(state, "--state-dir")
    daemons = RunningDaemons.of(args)
    for daemon, suffixes in SESSION_FILES.items():
        current = _current_session(daemons, daemon)
        for old in sessions_to_remove(state / daemon, suffixes, keep=args.keep, current=current):
            print(f"{daemon} session {old.session}: {old.size_bytes:,} bytes")
            if not args.dry_run:
                for path in old.files:
                    path.unlink()
    return ExitStatus.DONE


def sessions_to_remove(
    directory: Path, suffixes: Sequence[str], *, keep: int, current: str | None
) -> list[OldSession]:
    """Oldest first: all but the newest `keep` (1 at least) and the current one."""
    found: list[OldSession] = []
    for path in directory.glob(f"*{suffixes[0]}"):
        files = tuple(path.with_suffix(suffix) for suffix in suffixes)
        present = tuple(file for file in files if file.exists())
        found.append(OldSession(path.stem, present))
    found.sort(key=lambda old: old.session)  # ids ascend, times of files follow the clock
    return [old for old in found[: -max(1, keep)] if old.session != current]


def _current_session(daemons: RunningDaemons, daemon: str) -> str | None:
    """What a running daemon writes to; None when it does not run: then the newest is its own."""
    try:
        with daemons.client(daemon) as client:
            session: str | None = client.call("io.tradestack.Daemon.GetStats")["stats"]["session"]
            return session
    except ControlFault:
        return None


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
