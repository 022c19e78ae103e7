"""FIX's UTCTimestamp ⇄ nanoseconds since the Unix epoch.

YYYYMMDD-HH:MM:SS[.sss]: milliseconds are sent; up to nanoseconds are read.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND, NANOSECONDS_PER_SECOND

LEAP_SECOND = 60
_SECONDS_KEPT = 64
_FORM = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?", re.ASCII)


def format_time(time_ns: int) -> str:
    """Time → text, cut to the millisecond."""
    seconds, rest_ns = divmod(time_ns, NANOSECONDS_PER_SECOND)
    return f"{_format_second(seconds)}.{rest_ns // NANOSECONDS_PER_MILLISECOND:03d}"


def parse_time(text: str) -> int | None:
    """Text → time; None for anything else."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    *parts, fraction = match.groups(default="0")
    year, month, day, hour, minute, second = (int(each) for each in parts)
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    seconds = int(moment.timestamp()) + (second - moment.second)
    if seconds < 0 or second > LEAP_SECOND:
        return None
    return seconds * NANOSECONDS_PER_SECOND + int(fraction.ljust(9, "0"))


@lru_cache(_SECONDS_KEPT)
def _format_second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%d-%H:%M:%S}"
