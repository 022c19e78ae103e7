"""Times: nanoseconds since the Unix epoch, and as text for people: 2026-11-22T09:00:00.123456Z.

Feed time is the event time of ticks, by the clock of their source: any 64 bits, before 1970 too.
"""

import datetime
from functools import lru_cache

from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND

FEED_TIME_NS_MIN = -(2**63)
FEED_TIME_NS_MAX = 2**63 - 1

# Times that are formatted in bulk (order_log.txt) share their second, and often are equal: the
# caches cut 3 µs to 0.4 or 0.1 µs.
_TIMES_CACHED_MAX = 16
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@lru_cache(_TIMES_CACHED_MAX)
def format_utc(time_ns: int) -> str:
    """Format as ISO 8601 in UTC, truncated to microseconds so that it never shows the future."""
    seconds, nanoseconds = divmod(time_ns, NANOSECONDS_PER_SECOND)
    return f"{_format_second(seconds)}.{nanoseconds // 1000:06d}Z"


def parse_utc(text: str) -> int:
    """Parse what `format_utc` writes: ns since the Unix epoch. Raises ValueError."""
    since = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z") - _EPOCH
    return since // datetime.timedelta(microseconds=1) * NANOSECONDS_PER_MICROSECOND


@lru_cache(_TIMES_CACHED_MAX)
def _format_second(seconds: int) -> str:
    return f"{_EPOCH + datetime.timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"
