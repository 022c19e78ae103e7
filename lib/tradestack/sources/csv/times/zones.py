"""Local time of a place → UTC, also on the days when its clocks are changed.

The hour that comes twice in autumn is known by the order of the file: a time is the first of its
two instants unless that would go back before the row above, further than rows may. Where rows may
go back by that hour, as in a file that is to be sorted, it is not known, and refused. One skipped
in spring does not exist.
"""

import datetime
import functools
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.sources.reason import BadValue

# Clocks are changed at a multiple of this; where they are not, times are converted one by one.
STEP_S = 900
_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - of a local clock

Integers = NDArray[np.int64]


class UncertainTime(Exception):
    """A time that comes twice or never, somewhere in a block."""


@functools.lru_cache(64)
def find_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadValue(
            f"zone {name!r} is not known", "use a name like America/New_York, Europe/Berlin or UTC"
        ) from None


def offset_s(zone: ZoneInfo, local_ns: int, latest_ns: int, tolerance_ns: int) -> int:
    """Return the seconds east of UTC at a local time, in ns since 1970 by the local clock.

    latest_ns: UTC, of the rows above. tolerance_ns: how far a row may go back before it. Raises
    ValueError for a time that does not exist, or of which the instant is not known.
    """
    first, second = _offsets(zone, local_ns // NANOSECONDS_PER_SECOND)
    if first == second:
        return first
    local = _EPOCH + datetime.timedelta(seconds=local_ns // NANOSECONDS_PER_SECOND)
    if first < second:
        raise ValueError(f"timestamp {local} does not exist in {zone.key}: clocks skip it")
    if tolerance_ns >= (first - second) * NANOSECONDS_PER_SECOND:
        raise BadValue(
            f"timestamp {local} comes twice in {zone.key}, and rows that are sorted do not show "
            "which one it is",
            "write times in UTC or with an offset, or leave out --sort if rows are in order",
        )
    is_second = local_ns - first * NANOSECONDS_PER_SECOND < latest_ns - tolerance_ns
    return second if is_second else first


def offsets_s(zone: ZoneInfo, local_s: Integers) -> Integers:
    """Return the seconds east of UTC at many local times, in seconds since 1970.

    Raises UncertainTime if one of them comes twice or never.
    """
    steps, places = np.unique(local_s // STEP_S, return_inverse=True)
    offsets = np.array([_steady_offset(zone, step * STEP_S) for step in steps.tolist()], np.int64)
    local_offsets: Integers = offsets[places]
    return local_offsets


@functools.lru_cache(4_096)
def _steady_offset(zone: ZoneInfo, start_s: int) -> int:
    """Return the offset during a whole step; raise UncertainTime if it is not one."""
    offsets = {*_offsets(zone, start_s), *_offsets(zone, start_s + STEP_S - 1)}
    if len(offsets) != 1:
        raise UncertainTime
    return offsets.pop()


def _offsets(zone: ZoneInfo, local_s: int) -> tuple[int, int]:
    """Return both offsets at a local time: equal, except where clocks are changed."""
    local = _EPOCH + datetime.timedelta(seconds=local_s)
    both = [local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
    first, second = (int(offset.total_seconds()) if offset else 0 for offset in both)
    return first, second
