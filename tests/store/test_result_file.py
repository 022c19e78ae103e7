"""A result is written whole or not at all, and a bad place is known before."""

import errno
from pathlib import Path

import pytest

from tests.kit.full_disk import full_disk, needs_root
from tradestack.domain.faults import OperatorFault
from tradestack.store.result_file import check_new, check_place, result_file, write_result


def test_a_result_replaces_the_last(tmp_path: Path) -> None:
    """Nothing else is left in the directory."""
    path = tmp_path / "report.html"
    path.write_text("the last one")

    write_result(path, "µs")

    assert path.read_text(encoding="utf-8") == "µs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_result_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    """It names the file; nothing unfinished is left."""
    path = tmp_path / "report.html"
    path.mkdir()

    with pytest.raises(OperatorFault, match=r"report\.html: Is a directory; name a file in a dir"):
        write_result(path, "text")

    assert list(tmp_path.iterdir()) == [path]


@needs_root
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """Also where a library has lost the number of the error; the last result stays."""
    with full_disk(tmp_path) as disk:
        path = disk / "table.csv"
        path.touch()
        with pytest.raises(OperatorFault, match=r"table\.csv: no space is left; make room"):
            write_result(path, "text")
        with (
            pytest.raises(OperatorFault, match=r"table\.csv: no space is left; make room"),
            result_file(path),
        ):
            raise OSError("of the library")

        assert sorted(each.name for each in disk.iterdir()) == ["filling", "table.csv"]


def test_a_fault_of_another_file_is_not_that_of_the_result(tmp_path: Path) -> None:
    """What is read while the result is written has its own place."""
    with pytest.raises(OSError, match="other"), result_file(tmp_path / "table.csv"):
        raise OSError(errno.EIO, "Input/output error", "other")


def test_places_are_checked(tmp_path: Path) -> None:
    """A directory is no file, and a missing directory has none."""
    check_place(tmp_path / "report.html")

    with pytest.raises(OperatorFault, match="this is a directory"):
        check_place(tmp_path)
    with pytest.raises(OperatorFault, match="no such directory"):
        check_place(tmp_path / "missing" / "report.html")


def test_a_result_that_exists_is_replaced_only_if_that_is_said(tmp_path: Path) -> None:
    """It may have taken hours."""
    path = tmp_path / "table.csv"
    check_new(path, is_forced=False)
    path.touch()

    with pytest.raises(OperatorFault, match="already exists; name another one, or add --force"):
        check_new(path, is_forced=False)
    check_new(path, is_forced=True)
    with pytest.raises(OperatorFault, match="is no regular file"):
        check_new(Path("/dev/null"), is_forced=True)
