"""The backlog: what makes a message, and what waits for it."""

from pathlib import Path

from tradestack.replication.backlog import BATCH_BYTES_MAX, Backlog
from tradestack.store.append_file import AppendFile
from tradestack.store.staged_file import StagedFile


class Waiting:
    """A backlog with two files, and what was done."""

    def __init__(self, directory: Path) -> None:
        self.added = 0
        self.done: list[str] = []
        self.backlog = Backlog(self._add)
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
    backlog = Backlog(lambda: None)
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
