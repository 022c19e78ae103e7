"""Room on a disk: enough, or words that say how much is missing."""

import os
from pathlib import Path

import pytest

from tradestack.store.free_space import find_shortage


def test_nothing_is_said_as_long_as_there_is_room(tmp_path: Path) -> None:
    """What is there is enough; 0 switches the limit off."""
    assert find_shortage(tmp_path, 1) is None
    assert find_shortage(tmp_path, 0) is None


def test_a_shortage_names_what_there_is_and_what_is_wanted(tmp_path: Path) -> None:
    """More than the whole file system has cannot be free."""
    status = os.statvfs(tmp_path)
    total_bytes = status.f_blocks * status.f_frsize

    shortage = find_shortage(tmp_path, total_bytes + 2**20)

    assert shortage is not None
    assert shortage.endswith(f"free_bytes_min is {total_bytes / 2**20 + 1:,.1f} MiB")


def test_a_directory_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """Not a shortage: its owner has other troubles."""
    with pytest.raises(FileNotFoundError):
        find_shortage(tmp_path / "gone", 1)
