"""The order journals in a state directory, as files."""

from collections.abc import Collection
from pathlib import Path

from tradestack.domain.session_id import is_session_id
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.store.named_file import open_named_file
from tradestack.store.statistics_file import STATISTICS_SUFFIX


def session_paths(directory: Path) -> list[Path]:
    """Return the journals in the directory, the newest first."""
    paths = [path for path in directory.glob(f"*{JOURNAL_SUFFIX}") if is_session_id(path.stem)]
    return sorted(paths, reverse=True)


def prune_journals(directory: Path, sessions_kept: int, spared: Collection[str]) -> list[str]:
    """Remove the oldest journals, but not those spared; return the sessions. Raises OSError."""
    removed = []
    for path in session_paths(directory)[sessions_kept:]:
        if path.stem not in spared:
            path.unlink()
            path.with_suffix(STATISTICS_SUFFIX).unlink(missing_ok=True)
            removed.append(path.stem)
    return removed


def ends_whole(path: Path) -> bool:
    """Return whether the journal ends with a whole line; raise OSError."""
    with open_named_file(path) as file:
        file.seek(max(0, path.stat().st_size - 1))
        return file.read() == b"\n"
