"""The directory of a backtest's result, as `tradestackctl up` leaves one.

state/gateway         the feed log, what is beside it
state/order-manager   the order journal
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.store.directory_lock import DirectoryLock
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.free_space import OTHER_DISK, OTHER_TMPDIR, full_disk_explained
from tradestack.store.journal import JOURNAL_SUFFIX

DIRECTORY_MODE = 0o700


@dataclass(frozen=True, slots=True)
class ResultDirectory:
    """The paths in the directory."""

    root: Path

    @property
    def gateway(self) -> Path:
        """Where the feed session is."""
        return self.root / "state" / "gateway"

    @property
    def order_manager(self) -> Path:
        """Where the order journal is."""
        return self.root / "state" / "order-manager"

    def feed_log(self, feed_session: str) -> Path:
        """Return the log of the feed session."""
        return self.gateway / f"{feed_session}{FEED_LOG_SUFFIX}"

    @property
    def journal(self) -> Path:
        """The only order journal."""
        (journal,) = self.order_manager.glob(f"*{JOURNAL_SUFFIX}")
        return journal


@contextlib.contextmanager
def result_directory(named: Path | None) -> Iterator[ResultDirectory]:
    """Give an empty directory, locked until the end; None: a new temporary one.

    A temporary one is deleted if there is no result. Raises OperatorFault.
    """
    with contextlib.ExitStack() as held:
        root = held.enter_context(_temporary()) if named is None else named.absolute()
        remedy = OTHER_TMPDIR if named is None else OTHER_DISK
        held.enter_context(full_disk_explained(root, remedy))
        directory = ResultDirectory(root)
        for path in (directory.gateway, directory.order_manager):
            held.callback(_prepare(path).release)
        yield directory


@contextlib.contextmanager
def _temporary() -> Iterator[Path]:
    try:
        root = Path(tempfile.mkdtemp(prefix="tradestack-backtest-"))
    except OSError as error:
        problem, remedy = error.strerror or str(error), "name a directory, or another TMPDIR"
        raise OperatorFault("temporary directory", problem, remedy) from error
    try:
        yield root
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise


def _prepare(path: Path) -> DirectoryLock:
    """Create and lock a directory, which may have no sessions. Raises OperatorFault."""
    try:
        path.mkdir(DIRECTORY_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorFault(
            str(path), error.strerror or str(error), "name another directory"
        ) from error
    lock = DirectoryLock.take(path)
    for suffix in (FEED_LOG_SUFFIX, JOURNAL_SUFFIX):
        if any(path.glob(f"*{suffix}")):
            lock.release()
            raise OperatorFault(str(path), "has sessions of another run", "name an empty directory")
    return lock
