"""a feed log's file → what is in it, and what is damaged.

Bad packets at the very end, all zeros but the first of them, are the torn end that the gateway cuts
at its start; any others are damage. A publish time that goes back is none: the clock was set back.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tradestack.ctl.file_check import PROBLEMS_LISTED_MAX, Findings
from tradestack.domain.times import format_utc
from tradestack.wire.feed import (
    TICK_PACKET,
    TICK_PACKET_LENGTH,
    TickRecords,
    has_old_layout,
    is_tick_packets,
)

CHUNK_PACKETS = 65_536  # 4 MiB


@dataclass(slots=True)
class _Contents:
    """What was met so far. Numbers are of packets, from 1."""

    size_bytes: int = 0
    count: int = 0
    first_ns: int = 0
    last_ns: int = 0
    steps_back: int = 0
    first_step_back: int = 0
    bad_count: int = 0
    bad: list[int] = field(default_factory=list)  # the first of them
    # Bad packets after the last good one: the torn end, if nothing follows.
    end_begins: int = 0
    end_count: int = 0
    end_filled: int = 0  # those after the first that are not all zeros


def check_feed(path: Path) -> Findings:
    """Reads all of it, without a lock. Raises OSError."""
    contents = _Contents()
    with path.open("rb") as file:
        while data := file.read(CHUNK_PACKETS * TICK_PACKET_LENGTH):
            if not contents.size_bytes and has_old_layout(data):
                return _old_layout(path)
            contents.size_bytes += len(data)
            records = np.frombuffer(data, TICK_PACKET, len(data) // TICK_PACKET_LENGTH)
            if len(records):
                _take(contents, records)
    if contents.end_filled:
        _settle_end(contents)
    problems = [
        f"packet {number:,} at byte {(number - 1) * TICK_PACKET_LENGTH:,}: this is no tick packet"
        for number in contents.bad
    ]
    return Findings(
        path=path,
        summary=_summary(path, contents),
        remarks=_remarks(contents),
        problems=problems,
        problems_count=contents.bad_count,
    )


def _old_layout(path: Path) -> Findings:
    return Findings(
        path=path,
        summary="a feed log of an older tradestack, with 48 bytes a tick",
        remarks=[],
        problems=[
            "its packets are shorter than 64 bytes: only the version that wrote it can read it"
        ],
        problems_count=1,
    )


def _take(contents: _Contents, records: TickRecords) -> None:
    good = is_tick_packets(records) & (records["publish_time_ns"] > 0)
    filled = np.asarray(records.view(np.uint8).reshape(-1, TICK_PACKET_LENGTH).any(axis=1))
    places = np.flatnonzero(good)
    if len(places):
        _settle_end(contents)
        last = int(places[-1])
        _note_bad(contents, np.flatnonzero(~good[:last]) + contents.count + 1)
        _take_times(contents, records["publish_time_ns"][places].astype(np.int64), places)
        good, filled = good[last + 1 :], filled[last + 1 :]
        contents.count += last + 1
    if len(good):
        is_first = contents.end_count == 0
        if is_first:
            contents.end_begins = contents.count + 1
        contents.end_count += len(good)
        contents.end_filled += int(filled[1 if is_first else 0 :].sum())
        contents.count += len(good)


def _take_times(contents: _Contents, times: NDArray[np.int64], places: NDArray[np.intp]) -> None:
    contents.first_ns = contents.first_ns or int(times[0])
    steps = np.diff(times, prepend=contents.last_ns or contents.first_ns)
    back = np.flatnonzero(steps < 0)
    if len(back) and not contents.steps_back:
        contents.first_step_back = contents.count + 1 + int(places[back[0]])
    contents.steps_back += len(back)
    contents.last_ns = int(times[-1])


def _settle_end(contents: _Contents) -> None:
    """Something follows, or stands in it: it is no torn end."""
    numbers = np.arange(contents.end_begins, contents.end_begins + contents.end_count)
    _note_bad(contents, numbers)
    contents.end_count = contents.end_filled = 0


def _note_bad(contents: _Contents, numbers: NDArray[np.intp]) -> None:
    room = PROBLEMS_LISTED_MAX - len(contents.bad)
    contents.bad += numbers[:room].tolist()
    contents.bad_count += len(numbers)


def _remarks(contents: _Contents) -> list[str]:
    remarks = []
    whole_bytes = contents.count * TICK_PACKET_LENGTH
    torn_bytes = contents.size_bytes - whole_bytes + contents.end_count * TICK_PACKET_LENGTH
    if torn_bytes:
        remarks.append(
            f"torn end: {torn_bytes:,} bytes at byte {contents.size_bytes - torn_bytes:,}, being "
            "written or cut short; the gateway cuts it at its start and makes it again"
        )
    if contents.steps_back:
        remarks.append(
            f"publish time goes back in {contents.steps_back:,} places, the first at packet "
            f"{contents.first_step_back:,}: the clock was set back"
        )
    return remarks


def _summary(path: Path, contents: _Contents) -> str:
    count = contents.count - contents.end_count
    if not count:
        return f"session {path.stem}, no packet"
    return (
        f"session {path.stem}, {count:,} packets, numbers 1 to {count:,}, "
        f"published {format_utc(contents.first_ns)} to {format_utc(contents.last_ns)}"
    )
