"""Free space on a disk, and the text about a shortage."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tradestack.observe.levels import NEAR_PERCENT, REACHED_PERCENT
from tradestack.store.free_space import disk_level, find_shortage


def test_enough_space_is_not_a_shortage(tmp_path: Path) -> None:
    """A limit of 0 switches the check off."""
    assert find_shortage(tmp_path, 1) is None
    assert find_shortage(tmp_path, 0) is None


def test_a_shortage_names_the_free_and_the_required_space(tmp_path: Path) -> None:
    """More than the size of the file system cannot be free."""
    status = os.statvfs(tmp_path)
    total_bytes = status.f_blocks * status.f_frsize

    shortage = find_shortage(tmp_path, total_bytes + 2**20)

    assert shortage is not None
    assert shortage.endswith(f"free_bytes_min is {total_bytes / 2**20 + 1:,.1f} MiB")


def test_a_missing_directory_is_an_error(tmp_path: Path) -> None:
    """OSError is raised, as this is not a shortage."""
    with pytest.raises(FileNotFoundError):
        find_shortage(tmp_path / "gone", 1)


def percent_of(directory: Path, own_bytes: int, bytes_min: int) -> int:
    """Return how full the disk of the directory is."""
    (level,) = disk_level(
        "disk", directory, own_bytes=own_bytes, bytes_min=bytes_min, remedy="make room"
    )
    return level.percent


def test_a_disk_fills_up_by_what_is_written_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four times the room that is left above free_bytes_min is 80 %."""
    set_free_bytes(monkeypatch, 150)

    assert percent_of(tmp_path, own_bytes=0, bytes_min=50) == 33
    assert percent_of(tmp_path, own_bytes=390, bytes_min=50) < NEAR_PERCENT
    assert percent_of(tmp_path, own_bytes=400, bytes_min=50) == NEAR_PERCENT
    assert percent_of(tmp_path, own_bytes=0, bytes_min=150) == REACHED_PERCENT


def test_a_disk_fills_up_by_what_others_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is near its limit when a quarter more than free_bytes_min is free."""
    set_free_bytes(monkeypatch, 125)
    assert percent_of(tmp_path, own_bytes=1, bytes_min=100) == NEAR_PERCENT

    set_free_bytes(monkeypatch, 0)
    assert percent_of(tmp_path, own_bytes=1, bytes_min=0) == REACHED_PERCENT


def test_a_disk_that_cannot_be_asked_has_no_level(tmp_path: Path) -> None:
    """Whoever writes to it says what is wrong."""
    assert disk_level("disk", tmp_path / "gone", own_bytes=0, bytes_min=1, remedy="") == []


def set_free_bytes(monkeypatch: pytest.MonkeyPatch, free_bytes: int) -> None:
    """Have the kernel report so many free bytes."""
    status = SimpleNamespace(f_bavail=free_bytes, f_frsize=1)
    monkeypatch.setattr(os, "statvfs", lambda _directory: status)
