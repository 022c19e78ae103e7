"""The check of a feed log: its contents and its damage.

Invalid packets at the very end, all of them zeros but perhaps the first, are the torn end that the
gateway cuts off when it starts. Invalid packets elsewhere are damage. Publish times that decrease
are not: the clock was set back.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tradestack.ctl.check.findings import PROBLEMS_LISTED_MAX, Findings
from tradestack.domain.times import format_utc
from tradestack.sessions.sidecar import Sidecar, SidecarUnusable
from tradestack.store.feed_log import SIDECAR_SUFFIX
from tradestack.store.named_file import open_named_file
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
    """What was found so far. Packets are numbered from 1."""

    size_bytes: int = 0
    count: int = 0
    first_ns: int = 0
    last_ns: int = 0
    steps_back: int = 0
    first_step_back: int = 0
    bad_count: int = 0
    bad: list[int] = field(default_factory=list)  # PROBLEMS_LISTED_MAX at most
    # Invalid packets after the last valid one: the torn end, unless a valid one follows.
    end_begins: int = 0
    end_count: int = 0
    end_filled: int = 0  # those that are not all zeros, but for the first


def check_feed(path: Path) -> Findings:
    """Read the whole file, without a lock; raise OSError."""
    contents = _Contents()
    with open_named_file(path) as file:
        while data := file.read(CHUNK_PACKETS * TICK_PACKET_LENGTH):
            if not contents.size_bytes and has_old_layout(data):
                return _old_layout(path)
            contents.size_bytes += len(data)
            records = np.frombuffer(data, TICK_PACKET, len(data) // TICK_PACKET_LENGTH)
            if len(records):
                _add(contents, records)
    if contents.end_filled:
        _count_end_as_damage(contents)
    problems = [
        f"packet {number:,} at byte {(number - 1) * TICK_PACKET_LENGTH:,}: not a tick packet"
        for number in contents.bad
    ]
    return Findings(
        path=path,
        summary=_summary(path, contents),
        remarks=_remarks(contents),
        problems=problems,
        problems_count=contents.bad_count,
        remedy=_remedy(path, contents.bad[0]) if contents.bad else "",
    )


def _remedy(path: Path, number: int) -> str:
    """Return what to do about a log of which the packet with this number is damaged."""
    try:
        goes_on = not Sidecar.load(path.with_suffix(SIDECAR_SUFFIX)).ended
    except SidecarUnusable:
        goes_on = False
    if not goes_on:
        return (
            "restore it from a backup: its session has ended, or its sidecar cannot be read, and "
            "nothing publishes the ticks again"
        )
    size_bytes = (number - 1) * TICK_PACKET_LENGTH
    return (
        f"stop the gateway, run `truncate -s {size_bytes} {path}`, and start it: it publishes what "
        "followed again, if its sources are the same"
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


def _add(contents: _Contents, records: TickRecords) -> None:
    is_valid = is_tick_packets(records) & (records["publish_time_ns"] > 0)
    is_filled = np.asarray(records.view(np.uint8).reshape(-1, TICK_PACKET_LENGTH).any(axis=1))
    indices = np.flatnonzero(is_valid)
    if len(indices):
        _count_end_as_damage(contents)
        last = int(indices[-1])
        _add_bad(contents, np.flatnonzero(~is_valid[:last]) + contents.count + 1)
        _add_times(contents, records["publish_time_ns"][indices].astype(np.int64), indices)
        is_valid, is_filled = is_valid[last + 1 :], is_filled[last + 1 :]
        contents.count += last + 1
    if len(is_valid):
        is_first = contents.end_count == 0
        if is_first:
            contents.end_begins = contents.count + 1
        contents.end_count += len(is_valid)
        contents.end_filled += int(is_filled[1 if is_first else 0 :].sum())
        contents.count += len(is_valid)


def _add_times(contents: _Contents, times: NDArray[np.int64], indices: NDArray[np.intp]) -> None:
    contents.first_ns = contents.first_ns or int(times[0])
    steps = np.diff(times, prepend=contents.last_ns or contents.first_ns)
    back = np.flatnonzero(steps < 0)
    if len(back) and not contents.steps_back:
        contents.first_step_back = contents.count + 1 + int(indices[back[0]])
    contents.steps_back += len(back)
    contents.last_ns = int(times[-1])


def _count_end_as_damage(contents: _Contents) -> None:
    """Count the invalid packets at the end as damage: they are not a torn end."""
    numbers = np.arange(contents.end_begins, contents.end_begins + contents.end_count)
    _add_bad(contents, numbers)
    contents.end_count = contents.end_filled = 0


def _add_bad(contents: _Contents, numbers: NDArray[np.intp]) -> None:
    room = PROBLEMS_LISTED_MAX - len(contents.bad)
    contents.bad += numbers[:room].tolist()
    contents.bad_count += len(numbers)


def _remarks(contents: _Contents) -> list[str]:
    remarks = []
    whole_bytes = contents.count * TICK_PACKET_LENGTH
    torn_bytes = contents.size_bytes - whole_bytes + contents.end_count * TICK_PACKET_LENGTH
    if torn_bytes:
        remarks.append(
            f"torn end: {torn_bytes:,} bytes at byte {contents.size_bytes - torn_bytes:,}, an "
            "unfinished write; the gateway cuts it off when it starts and publishes the ticks again"
        )
    if contents.steps_back:
        remarks.append(
            f"publish times decrease in {contents.steps_back:,} places, the first at packet "
            f"{contents.first_step_back:,}: the clock was set back"
        )
    return remarks


def _summary(path: Path, contents: _Contents) -> str:
    count = contents.count - contents.end_count
    if not count:
        return f"session {path.stem}, no packets"
    return (
        f"session {path.stem}, {count:,} packets, numbers 1 to {count:,}, "
        f"published {format_utc(contents.first_ns)} to {format_utc(contents.last_ns)}"
    )
