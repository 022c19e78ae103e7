"""Files of statistics: bounded, whole after a crash, and harmless on a full disk."""

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest

from tradestack.store.statistics_file import (
    LINE_BYTES_MAX,
    STATISTICS_BYTES_MAX,
    ProcessUse,
    Statistics,
    append_statistics,
    read_statistics_file,
    thinned,
)

Limit = Callable[[int], AbstractContextManager[None]]
FULL = r"space|large"  # where the limit lets in a part, or nothing
MINUTE_NS = 60_000_000_000


def statistics_at(minute: int, **stats: object) -> Statistics:
    """The statistics of one minute."""
    use = ProcessUse(cpu_seconds=minute / 10, rss_bytes=1 << 20, rss_peak_bytes=2 << 20)
    return Statistics(time=minute * MINUTE_NS, since=0, stats=stats, process=use)


def minutes_of(path: Path) -> list[int]:
    """The minutes of the lines in the file."""
    return [line.time // MINUTE_NS for line in read_statistics_file(path).lines]


def test_lines_are_read_as_they_were_appended(tmp_path: Path) -> None:
    """The oldest comes first, with everything in it."""
    path = tmp_path / "a.stats"
    lines = [statistics_at(1, head=5, rates={"1s": 2.5}), statistics_at(2, head=6, fault=None)]
    for line in lines:
        append_statistics(path, line)

    read = read_statistics_file(path)

    assert (read.lines, read.lines_cut, read.lines_unreadable) == (lines, 0, 0)


def test_a_cut_line_is_dropped_and_counted_wherever_it_is_cut(tmp_path: Path) -> None:
    """A crash at any byte costs the last line, and the next one is whole."""
    path = tmp_path / "a.stats"
    append_statistics(path, statistics_at(1))
    first = path.read_bytes()
    append_statistics(path, statistics_at(2))
    whole = path.read_bytes()
    for end in range(len(first) + 1, len(whole)):
        path.write_bytes(whole[:end])

        read = read_statistics_file(path)
        append_statistics(path, statistics_at(3))

        assert [line.time for line in read.lines] == [MINUTE_NS]
        assert (read.lines_cut, read.lines_unreadable) == (1, 0)
        assert minutes_of(path) == [1, 3]


def test_damage_inside_costs_its_line(tmp_path: Path) -> None:
    """Other lines are read, and the damaged one is counted."""
    path = tmp_path / "a.stats"
    for minute in range(3):
        append_statistics(path, statistics_at(minute))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"time": "noon"}\n' + lines[2] + b"\xff\xfe\n" + lines[1][:9])

    read = read_statistics_file(path)

    assert [line.time // MINUTE_NS for line in read.lines] == [0, 2]
    assert (read.lines_cut, read.lines_unreadable) == (1, 2)


def test_a_file_never_grows_beyond_its_limit_and_covers_all_of_its_time(tmp_path: Path) -> None:
    """After weeks the lines are spread over all of them; the newest are there."""
    path = tmp_path / "a.stats"
    text = "x" * 10_000
    sizes = set()
    for minute in range(1_000):
        append_statistics(path, statistics_at(minute, text=text))
        sizes.add(path.stat().st_size)

    minutes = minutes_of(path)

    assert max(sizes) <= STATISTICS_BYTES_MAX
    assert minutes == sorted(set(minutes))
    assert minutes[-1] == 999
    assert minutes[0] == 0
    # As many lines as fit into half of the file; twice their distance where a part has none.
    distance = 1_000 * 10_000 / (STATISTICS_BYTES_MAX / 2)
    assert max(after - before for before, after in itertools.pairwise(minutes)) <= 3 * distance
    assert not list(tmp_path.glob("*unfinished*"))


def test_thinning_keeps_the_end_of_each_part() -> None:
    """Lines of equal length at equal distances: every second one stays, the last among them."""
    lines = [msgspec.json.encode(statistics_at(minute)) + b"\n" for minute in range(10, 90)]

    kept = thinned(b"".join(lines), len(b"".join(lines)) // 2).splitlines(keepends=True)

    assert len(kept) in (39, 40)
    assert (kept[0], kept[-1]) == (lines[0], lines[-1])
    assert thinned(b"no line", 10) == b""


def test_a_line_that_is_too_long_goes_without_its_lists(tmp_path: Path) -> None:
    """Many clients cost the facts about them, not the counters."""
    path = tmp_path / "a.stats"
    clients = [{"user": "news" * 10}] * 2_000

    append_statistics(path, statistics_at(1, head=5, clients=clients))

    assert path.stat().st_size <= LINE_BYTES_MAX
    assert read_statistics_file(path).lines[0].stats == {"head": 5}
    append_statistics(path, statistics_at(1, head=6, clients=dict(enumerate(clients))))
    assert read_statistics_file(path).lines[1].stats == {"head": 6}
    with pytest.raises(OSError, match="the statistics have"):
        append_statistics(path, statistics_at(2, text="x" * LINE_BYTES_MAX))


@pytest.mark.parametrize("room", [0, 1, 50])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, file_size_limit: Limit, room: int
) -> None:
    """Whatever of a line fits, nothing of it stays; with room again it goes on."""
    path = tmp_path / "a.stats"
    append_statistics(path, statistics_at(1))
    size = path.stat().st_size

    with file_size_limit(size + room), pytest.raises(OSError, match=FULL):
        append_statistics(path, statistics_at(2))

    assert path.stat().st_size == size
    append_statistics(path, statistics_at(3))
    assert minutes_of(path) == [1, 3]


def test_a_full_disk_while_thinning_leaves_the_file(tmp_path: Path, file_size_limit: Limit) -> None:
    """The thinned file takes the place of the other one only when it is whole."""
    path = tmp_path / "a.stats"
    line = msgspec.json.encode(statistics_at(1, text="x" * 10_000)) + b"\n"
    path.write_bytes(line * (STATISTICS_BYTES_MAX // len(line)))
    before = path.read_bytes()

    with file_size_limit(1_000), pytest.raises(OSError, match=FULL):
        append_statistics(path, statistics_at(2, text="x" * 10_000))

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """Nobody's file is written through a name in the state directory."""
    target = tmp_path / "target"
    target.write_text("kept")
    (tmp_path / "a.stats").symlink_to(target)

    with pytest.raises(OSError, match="symbolic links"):
        append_statistics(tmp_path / "a.stats", statistics_at(1))

    assert target.read_text() == "kept"
