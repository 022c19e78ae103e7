"""The file that tells an order manager from another one whose host has the same name."""

import shutil
from pathlib import Path

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.replication.message import Authorship
from tradestack_order_manager.replication.identity import FILE_NAME, Identity


def test_the_id_outlives_the_process_and_no_two_directories_have_the_same(tmp_path: Path) -> None:
    """Of one name, one has written what the other has not; without an id, the name decides."""
    (tmp_path / "other").mkdir()
    own, again = (Identity.of(tmp_path, "a", None) for _ in range(2))
    other = Identity.of(tmp_path / "other", "a", None)
    author = own.author(3)
    assert again.is_own(author)
    assert not other.is_own(author)
    again.require_no_namesake(author)
    with pytest.raises(OperatorFault, match="two hosts are called a"):
        other.require_no_namesake(author)
    assert other.is_own(Authorship(3, "a", "00ff"))
    other.require_no_namesake(Authorship(3, "b", "00ff", "id"))


def test_only_what_has_served_last_here_and_in_this_boot_needs_no_pause(tmp_path: Path) -> None:
    """Beside a copy of the directory, on this machine or another, the first one may still run."""
    own = Identity.of(tmp_path, "a", "boot")
    first, second = own.author(1), own.author(2)
    assert not own.has_served_last(first)
    own.note_served(first)
    for boot_id, has_served in (("boot", True), ("next", False), (None, False)):
        again = Identity.of(tmp_path, "a", boot_id)
        assert again.has_served_last(first) is has_served
        assert not again.has_served_last(second)
    copied = Path(shutil.copytree(tmp_path, tmp_path / "copy"))
    assert Identity.of(copied, "a", "boot").is_own(first)
    assert not Identity.of(copied, "a", "boot").has_served_last(first)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """The message names it."""
    (tmp_path / FILE_NAME).write_text("{}")
    with pytest.raises(OperatorFault, match=FILE_NAME):
        Identity.of(tmp_path, "a", None)
