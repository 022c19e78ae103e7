"""The backlog: what makes a message, and what waits for it."""

from pathlib import Path

import pytest

from tests.kit.disk_calls import record_disk_calls
from tradestack.replication.backlog import BATCH_BYTES_MAX, Backlog
from tradestack.store.append_file import AppendFile
from tradestack.store.staged_file import StagedFile

MESSAGE_BYTES_MAX = 1 << 20


class Waiting:
    """A backlog with two files, and what was done."""

    def __init__(self, directory: Path) -> None:
        self.added = 0
        self.done: list[str] = []
        self.backlog = Backlog(self._add, MESSAGE_BYTES_MAX)
        self.files = [
            StagedFile(directory / name, None, self.backlog.stage) for name in ("first", "second")
        ]

    def _add(self) -> None:
        self.added += 1

    def when_kept(self, name: str) -> None:
        """Have that name done when everything so far is kept."""
        self.backlog.when_kept(lambda: self.done.append(name))

    def send(self) -> list[bytes]:
        """Begin a batch; return its lines."""
        return [append.lines for append in self.backlog.take()]


def test_an_act_waits_for_what_was_appended_before_it(tmp_path: Path) -> None:
    """Not for what comes later, and not at all when nothing waits."""
    waiting = Waiting(tmp_path)
    waiting.when_kept("at once")
    waiting.files[0].append(b"1\n")
    waiting.when_kept("after 1")
    assert waiting.send() == [b"1\n"]
    waiting.when_kept("still after 1")
    waiting.files[0].append(b"2\n")
    waiting.when_kept("after 2")
    assert waiting.done == ["at once"]
    waiting.backlog.keep()
    assert waiting.done == ["at once", "after 1", "still after 1"]
    assert (tmp_path / "first").read_bytes() == b"1\n"
    assert waiting.send() == [b"2\n"]
    waiting.backlog.keep()
    assert waiting.done[3:] == ["after 2"]
    assert waiting.backlog.is_empty
    assert waiting.added == 2


def test_a_message_is_of_one_journal_and_bounded(tmp_path: Path) -> None:
    """Appends are put together up to a limit; one alone may be longer."""
    waiting = Waiting(tmp_path)
    large = b"x" * BATCH_BYTES_MAX + b"\n"
    for file, lines in ((0, b"1\n"), (0, b"2\n"), (0, large), (0, b"3\n"), (1, b"4\n")):
        waiting.files[file].append(lines)
    assert waiting.backlog.size_bytes == 8 + len(large)
    batches = []
    while batch := waiting.send():
        batches.append(batch)
        waiting.backlog.keep()
    assert batches == [[b"1\n", b"2\n"], [large], [b"3\n"], [b"4\n"]]
    assert waiting.backlog.size_bytes == 0


def test_staged_bytes_are_read_where_they_will_be(tmp_path: Path) -> None:
    """Every range reads the same before and after it is kept."""
    file = AppendFile.create(tmp_path / "journal")
    file.append(b"0123")
    backlog = Backlog(lambda: None, MESSAGE_BYTES_MAX)
    staged = StagedFile(file.path, file, backlog.stage)
    assert staged.append(b"4567") == 4
    ranges = [(begin, length) for begin in range(10) for length in range(10)]
    before = [staged.read(*each) for each in ranges]
    assert before == [b"01234567"[begin : begin + length] for begin, length in ranges]
    assert (staged.kept_bytes, staged.size_bytes) == (4, 8)
    backlog.take()
    backlog.keep()
    assert [staged.read(*each) for each in ranges] == before
    assert file.path.read_bytes() == b"01234567"
    staged.close()


def test_lines_that_no_message_holds_are_divided_between_lines(tmp_path: Path) -> None:
    """Each piece begins where the one before ends; what cannot be divided is refused whole."""
    backlog = Backlog(lambda: None, 8)
    file = StagedFile(tmp_path / "journal", None, backlog.stage)
    with pytest.raises(OSError, match="set max_payload"):
        file.append(b"123\n567\n9\n")  # the beginning: a reader has all of it, or nothing
    assert file.size_bytes == 0
    assert backlog.is_empty
    file.append(b"123\n567\n")
    with pytest.raises(OSError, match="messages of 8 bytes, and 10 are to be stored at once"):
        file.append(b"123456789\n")
    file.append(b"12\n45\n78\n0\n")
    pieces = []
    while batch := backlog.take():
        pieces += [(append.offset, append.lines) for append in batch]
        backlog.keep()
    assert pieces == [(0, b"123\n567\n"), (8, b"12\n45\n"), (14, b"78\n0\n")]
    assert file.path.read_bytes() == b"123\n567\n12\n45\n78\n0\n"
    file.close()


def test_nothing_is_kept_of_what_was_given_up(tmp_path: Path) -> None:
    """A batch that is stored after the files were closed is written nowhere."""
    waiting = Waiting(tmp_path)
    waiting.files[0].append(b"1\n")
    waiting.send()
    waiting.files[0].append(b"2\n")
    waiting.when_kept("2")
    waiting.backlog.abandon()
    waiting.backlog.keep()
    assert waiting.backlog.is_empty
    assert (waiting.done, list(tmp_path.iterdir())) == ([], [])


def test_a_sync_reaches_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is on the disk then, as far as there is a file."""
    waiting = Waiting(tmp_path)
    waiting.files[0].append(b"1\n")
    calls = record_disk_calls(monkeypatch)
    waiting.files[0].sync()
    assert calls == []
    waiting.send()
    waiting.backlog.keep()
    waiting.files[0].sync()
    assert calls[-1] == ("sync", "first")
