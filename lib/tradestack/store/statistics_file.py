"""A file of statistics: one JSON object a line, appended while a daemon runs.

    {"time":…,"since":…,"stats":{…},"process":{"cpu_seconds":1.5,"rss_bytes":41943040,…}}

Nothing depends on it but what people are shown: it is never synced, and what a crash has cut off is
dropped. At `STATISTICS_BYTES_MAX` lines are removed so that the rest, half as many bytes, is spread
evenly over the whole time.
"""

import errno
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.times import format_utc
from tradestack.store.append_file import FILE_MODE
from tradestack.store.named_file import open_named_file

STATISTICS_SUFFIX = ".stats"
STATISTICS_INTERVAL_NS = 60 * NANOSECONDS_PER_SECOND
STATISTICS_BYTES_MAX = 1 << 20  # of a gateway with some clients: a line a minute for six hours
LINE_BYTES_MAX = 64 << 10  # of a gateway with 256 clients
_UNFINISHED_SUFFIX = ".stats-unfinished"
STATISTICS_SUFFIXES = (STATISTICS_SUFFIX, _UNFINISHED_SUFFIX)
_CLIENTS = "clients"  # a list, or by name
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class ProcessUse(msgspec.Struct, frozen=True):
    """What a process has used: CPU since it started, memory now and at most."""

    cpu_seconds: float
    rss_bytes: int | None  # None if the kernel hides it
    rss_peak_bytes: int


class Statistics(msgspec.Struct, frozen=True):
    """The statistics of a daemon at one time; times are wall clock, in ns since the Unix epoch.

    since: the start of the process. CPU, and in the stats what is under "process", count from
    there; "latency" from there or from the beginning of the session, whichever is later; all other
    counters from the beginning of the session, restarts included.
    """

    time: int
    since: int
    stats: dict[str, Any]
    process: ProcessUse


@dataclass(frozen=True, slots=True)
class StatisticsRead:
    """The lines of a file, oldest first.

    lines_cut: 1 if a crash has cut off the last one. lines_unreadable: how many are damaged.
    """

    lines: Sequence[Statistics]
    lines_cut: int
    lines_unreadable: int


Form = TypeVar("Form", bound=msgspec.Struct)


class _Moment(msgspec.Struct, frozen=True):
    """The time of a line."""

    time: int


def day_of(time_ns: int) -> str:
    """Return the UTC day, which names a file of a daemon without sessions: 2026-01-15."""
    return format_utc(time_ns).partition("T")[0]


def is_day(text: str) -> bool:
    """Return whether the text has the form of such a name."""
    return _DAY.fullmatch(text) is not None


def append_statistics(path: Path, statistics: Statistics) -> None:
    """Append a line, after the last whole one. Raises OSError, and then nothing is appended."""
    line = _encode(statistics)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, FILE_MODE)
    try:
        end = _end_of_lines(descriptor)
        if end + len(line) > STATISTICS_BYTES_MAX:
            content = os.pread(descriptor, end, 0)
            _replace(path, thinned(content, STATISTICS_BYTES_MAX // 2) + line)
        else:
            _write(descriptor, line, end)
    finally:
        os.close(descriptor)


def read_statistics_file(path: Path) -> StatisticsRead:
    """Read all lines that are whole. Raises OSError."""
    with open_named_file(path) as file:
        texts = file.read(2 * STATISTICS_BYTES_MAX).splitlines(keepends=True)
    whole = [text for text in texts if text.endswith(b"\n")]
    decoded = (_decode(text, Statistics) for text in whole)
    lines = [statistics for statistics in decoded if statistics is not None]
    return StatisticsRead(lines, len(texts) - len(whole), len(whole) - len(lines))


def thinned(content: bytes, bytes_max: int) -> bytes:
    """Return at most `bytes_max` bytes of whole lines, spread evenly over their time.

    The time is divided into equal parts, and of each part the last line is kept: counters only
    grow, so that it tells of all of the part. The first line of all stays, too.
    """
    lines = {
        moment.time: line
        for line in content.splitlines(keepends=True)
        if (moment := _decode(line, _Moment)) is not None
    }
    parts = len(lines) * bytes_max // max(1, len(content))
    while True:
        kept = _last_of_parts(lines, parts)
        if len(kept) <= bytes_max or parts <= 1:
            return kept
        parts = parts * 3 // 4  # the last lines of the parts are longer than the others


def _last_of_parts(lines: Mapping[int, bytes], parts: int) -> bytes:
    """Return the first line, and the last one of each part of the time that the lines cover."""
    first = min(lines, default=0)
    span = max(lines, default=0) - first + 1
    last_of_part = {(time - first) * parts // span: lines[time] for time in lines if time > first}
    return b"".join([lines.get(first, b""), *last_of_part.values()])


def _encode(statistics: Statistics) -> bytes:
    """Statistics → a line; without lists and clients if it would be too long. Raises OSError."""
    line = msgspec.json.encode(statistics) + b"\n"
    if len(line) > LINE_BYTES_MAX:
        stats = statistics.stats.items()
        short = {k: value for k, value in stats if type(value) is not list and k != _CLIENTS}
        line = msgspec.json.encode(msgspec.structs.replace(statistics, stats=short)) + b"\n"
    if len(line) > LINE_BYTES_MAX:
        raise OSError(errno.EMSGSIZE, f"the statistics have {len(line)} bytes")
    return line


def _decode(line: bytes, form: type[Form]) -> Form | None:
    """Line → what of it is asked for; None if it is cut off or damaged."""
    try:
        return msgspec.json.decode(line, type=form) if line.endswith(b"\n") else None
    except msgspec.DecodeError:
        return None


def _end_of_lines(descriptor: int) -> int:
    """Return where the last whole line ends: a crash may have cut off what follows."""
    size = os.fstat(descriptor).st_size
    begin = max(0, size - LINE_BYTES_MAX)
    newline = os.pread(descriptor, LINE_BYTES_MAX, begin).rfind(b"\n")
    return 0 if newline < 0 else begin + newline + 1


def _write(descriptor: int, line: bytes, offset: int) -> None:
    os.ftruncate(descriptor, offset)
    written = os.pwrite(descriptor, line, offset)
    if written < len(line):
        os.ftruncate(descriptor, offset)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _replace(path: Path, content: bytes) -> None:
    """Replace the file, which stays as it is if that fails."""
    unfinished = path.with_suffix(_UNFINISHED_SUFFIX)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(unfinished, flags, FILE_MODE)
    try:
        _write(descriptor, content, 0)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
