"""The recorded statistics of strategy instances, in a directory for each."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from tradestack.ctl.installation.owner import as_owner_of
from tradestack.ctl.running_daemons import STRATEGY_PREFIX
from tradestack.domain.session_id import is_session_id
from tradestack.store.statistics_file import STATISTICS_SUFFIXES


def strategies_with_statistics(state: Path) -> Iterator[str]:
    """Yield the names of the directories, sorted: strategy-news."""
    for directory in sorted(state.glob(f"{STRATEGY_PREFIX}*")):
        if directory.is_dir():
            yield directory.name


def remove_statistics(state: Path, instance: str) -> Path | None:
    """Remove those of an instance, and its directory; return it if other files keep it.

    Raises OperatorFault, OSError.
    """
    directory = state / f"{STRATEGY_PREFIX}{instance}"
    if not os.path.lexists(directory):
        return None
    with as_owner_of(directory):
        for path in list(directory.iterdir()):
            if is_session_id(path.stem) and path.suffix in STATISTICS_SUFFIXES:
                path.unlink()
    with as_owner_of(state):
        try:
            directory.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return directory
    return None
