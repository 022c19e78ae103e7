"""Tests of reading a journal's lines: whole, damaged and torn, in bounded memory."""

from pathlib import Path

import pytest

from tradestack.store import journal_lines
from tradestack.store.journal import PAYLOAD_BYTES_MAX, Journal
from tradestack.store.journal_lines import CONTENT_BYTES_MAX, read_lines

PAYLOADS = [b'{"n":1}', b"", b'{"text":"' + b"x" * 300 + b'"}', b'{"n":4}']


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a journal of these payloads."""
    path = tmp_path / "a.journal"
    journal = Journal.create(path)
    journal.append(PAYLOADS)
    journal.close()
    return path


@pytest.mark.parametrize("chunk_bytes", [1, 7, 64, 1 << 18])
def test_lines_have_their_places(
    path: Path, chunk_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers, offsets and sizes are those of the file, whatever the size of a read."""
    monkeypatch.setattr(journal_lines, "CHUNK_BYTES", chunk_bytes)
    content = path.read_bytes()

    lines = list(read_lines(path))

    assert [line.payload for line in lines] == PAYLOADS
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert b"".join(content[line.offset : line.offset + line.size] for line in lines) == content
    assert not any(line.is_damaged or line.torn for line in lines)


def test_a_truncated_journal_ends_with_a_torn_line(path: Path) -> None:
    """The part of a line at the end is not counted as damage."""
    content = path.read_bytes()
    for size in range(len(content)):
        path.write_bytes(content[:size])

        lines = list(read_lines(path))

        assert all(line.payload is not None for line in lines[:-1])
        assert all(line.torn == (content[size - 1 : size] != b"\n") for line in lines[-1:])


def test_a_changed_byte_damages_the_lines_it_is_in(path: Path) -> None:
    """A changed byte damages its own line only; a changed newline joins two lines."""
    content = path.read_bytes()
    for offset in range(len(content) - 1):
        path.write_bytes(content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :])

        damaged = [line for line in read_lines(path) if line.is_damaged]

        assert damaged
        assert damaged[0].offset <= offset < damaged[-1].offset + damaged[-1].size


def test_more_than_a_line_may_hold_is_not_held(tmp_path: Path) -> None:
    """Of a line above the limit only the beginning is kept, with its full size."""
    path = tmp_path / "a.journal"
    path.write_bytes(b"z" * (3 * PAYLOAD_BYTES_MAX) + b"\n" + b"q" * (2 * PAYLOAD_BYTES_MAX))

    damaged, torn = read_lines(path)

    assert damaged.is_damaged
    assert (damaged.size, len(damaged.content)) == (3 * PAYLOAD_BYTES_MAX + 1, CONTENT_BYTES_MAX)
    assert torn.torn
    assert (torn.size, len(torn.content)) == (2 * PAYLOAD_BYTES_MAX, CONTENT_BYTES_MAX)
