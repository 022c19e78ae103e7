"""Free space on a disk, and the text about a shortage."""

import os
from pathlib import Path

import pytest

from tradestack.store.free_space import find_shortage


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
