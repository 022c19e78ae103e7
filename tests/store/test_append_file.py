"""AppendFile: appends are whole or absent, by one process, on disks that fill up and fail."""

import errno
import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.kit.disk_calls import fail_with
from tradestack.domain.faults import OperatorFault
from tradestack.store.append_file import AppendFile, FileChanged

Limit = Callable[[int], AbstractContextManager[None]]
FULL = "File too large|bytes were written"  # where the limit lets nothing in, or a part


def test_appends_follow_each_other(tmp_path: Path) -> None:
    """Each append begins where the one before ended, also after the file was reopened."""
    file = AppendFile.create(tmp_path / "file")
    first = file.append(b"one")
    file.close()
    file = AppendFile.open(tmp_path / "file")
    second = file.append(memoryview(b"three"))

    assert (first, second, file.size_bytes) == (0, 3, 8)
    assert file.read(0, 100) == b"onethree"
    file.close()


def test_creating_twice_is_refused(tmp_path: Path) -> None:
    """An existing file is never overwritten."""
    AppendFile.create(tmp_path / "file").close()

    with pytest.raises(FileExistsError):
        AppendFile.create(tmp_path / "file")


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    """Two processes never write one file; the error names it."""
    file = AppendFile.create(tmp_path / "file")

    with pytest.raises(OperatorFault) as refusal:
        AppendFile.open(tmp_path / "file")

    assert refusal.value.where == str(tmp_path / "file")
    file.close()
    AppendFile.open(tmp_path / "file").close()


def test_a_killed_writer_holds_no_lock(
    tmp_path: Path, child: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """The lock ends with the process, even by SIGKILL."""
    program = (
        "import sys, signal\n"
        "from pathlib import Path\n"
        "from tradestack.store.append_file import AppendFile\n"
        "file = AppendFile.create(Path(sys.argv[1]))\n"
        "file.append(b'kept')\n"
        "print('ready', flush=True)\n"
        "signal.pause()\n"
    )
    process = child(program, str(tmp_path / "file"))
    with pytest.raises(OperatorFault):
        AppendFile.open(tmp_path / "file")

    process.kill()
    process.wait()

    file = AppendFile.open(tmp_path / "file")
    assert file.read(0, 10) == b"kept"
    file.close()


def test_an_unwritable_file_is_the_operators_fault(tmp_path: Path) -> None:
    """For a file that the daemon's user may not write, the error names the path."""
    path = tmp_path / "file"
    AppendFile.create(path).close()
    path.chmod(0)
    uid = os.geteuid()

    try:
        os.seteuid(uid or 65534)
        with pytest.raises(OperatorFault) as refusal:
            AppendFile.open(path)
    finally:
        os.seteuid(uid)

    assert refusal.value.where == str(path)


def test_files_are_private_to_their_owner(tmp_path: Path) -> None:
    """Other users can neither read nor write the daemons' state."""
    AppendFile.create(tmp_path / "file").close()

    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, file_size_limit: Limit) -> None:
    """Wherever in an append the disk is full, the file stays as it was, and can grow later."""
    file = AppendFile.create(tmp_path / "file")
    file.append(b"whole")

    for room in range(len(b"refused")):
        with file_size_limit(len(b"whole") + room), pytest.raises(OSError, match=FULL):
            file.append(b"refused")
        assert (tmp_path / "file").read_bytes() == b"whole"

    file.append(b"again")
    assert (tmp_path / "file").read_bytes() == b"wholeagain"
    file.close()


def test_a_failed_truncation_is_repeated_by_the_next_append(
    tmp_path: Path, file_size_limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a failed write has left is truncated before anything follows it."""
    file = AppendFile.create(tmp_path / "file")
    file.append(b"whole")
    with monkeypatch.context() as broken, file_size_limit(len(b"whole") + 6):
        broken.setattr(os, "ftruncate", fail_with(errno.EIO))
        with pytest.raises(OSError, match="6 of 7 bytes"):
            file.append(b"refused")
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            file.append(b"x")

    file.append(b"!")

    assert (tmp_path / "file").read_bytes() == b"whole!"
    file.close()


def test_a_failed_sync_is_final(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed fdatasync nothing is appended or synced until the file is reopened."""
    file = AppendFile.create(tmp_path / "file")
    file.append(b"perhaps lost")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail_with(errno.EIO))
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            file.sync()

    with pytest.raises(OSError, match="restart the daemon"):
        file.append(b"more")
    with pytest.raises(OSError, match="restart the daemon"):
        file.sync()

    file.close()
    file = AppendFile.open(tmp_path / "file")
    file.append(b"!")
    file.sync()
    assert (tmp_path / "file").read_bytes() == b"perhaps lost!"
    file.close()


@pytest.mark.parametrize("size", [0, 4, 6])
def test_nothing_is_appended_to_a_file_that_another_program_has_changed(
    tmp_path: Path, size: int
) -> None:
    """Behind a cut end there would be zeros, and what was added is of nobody here."""
    file = AppendFile.create(tmp_path / "file")
    file.append(b"whole")
    os.truncate(file.path, size)

    with pytest.raises(FileChanged, match=f"ends at byte {size} instead of 5"):
        file.append(b"more")

    assert file.path.stat().st_size == size
    file.close()
