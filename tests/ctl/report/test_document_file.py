"""A document is written whole or not at all, and a bad place is known before."""

from pathlib import Path

import pytest

from tradestack.ctl.report.document_file import check_place, write_document
from tradestack.domain.faults import OperatorFault


def test_a_document_replaces_the_last(tmp_path: Path) -> None:
    """Nothing else is left in the directory."""
    path = tmp_path / "report.html"
    path.write_text("the last one")

    write_document(path, "µs")

    assert path.read_text(encoding="utf-8") == "µs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_document_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    """It names the file; nothing unfinished is left."""
    path = tmp_path / "report.html"
    path.mkdir()

    with pytest.raises(OperatorFault, match=r"report\.html"):
        write_document(path, "text")

    assert list(tmp_path.iterdir()) == [path]


def test_places_are_checked(tmp_path: Path) -> None:
    """A directory is no file, and a missing directory has none."""
    check_place(tmp_path / "report.html")

    with pytest.raises(OperatorFault, match="this is a directory"):
        check_place(tmp_path)
    with pytest.raises(OperatorFault, match="no such directory"):
        check_place(tmp_path / "missing" / "report.html")
