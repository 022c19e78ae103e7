"""The lock of a state directory: one process has it, until it ends."""

import errno
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit.disk_calls import fail_with
from tradestack.domain.faults import OperatorFault
from tradestack.store.directory_lock import DirectoryLock

HOLDER = (
    "import signal, sys\n"
    "from pathlib import Path\n"
    "from tradestack.store.directory_lock import DirectoryLock\n"
    "lock = DirectoryLock.take(Path(sys.argv[1]))\n"
    "print('ready', flush=True)\n"
    "signal.pause()\n"
)


def test_a_second_process_is_refused_until_the_first_has_ended(
    tmp_path: Path, child: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """The refusal has directory and process; a killed process holds nothing."""
    holder = child(HOLDER, str(tmp_path))
    with pytest.raises(OperatorFault) as refusal:
        DirectoryLock.take(tmp_path)

    assert refusal.value.where == str(tmp_path)
    assert refusal.value.problem == f"process {holder.pid} uses this state directory"
    holder.kill()
    holder.wait()
    DirectoryLock.take(tmp_path).release()


def test_a_released_directory_is_free(tmp_path: Path) -> None:
    """The file stays, for the next process alone to lock."""
    DirectoryLock.take(tmp_path).release()
    DirectoryLock.take(tmp_path).release()

    assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """The file would be locked and emptied wherever it is."""
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OperatorFault, match="readable and writable"):
        DirectoryLock.take(tmp_path)


def test_a_full_disk_does_not_keep_a_daemon_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process id is missing in the refusal then."""
    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", fail_with(errno.ENOSPC))
        lock = DirectoryLock.take(tmp_path)

    with pytest.raises(OperatorFault, match="process of unknown id"):
        DirectoryLock.take(tmp_path)
    lock.release()
