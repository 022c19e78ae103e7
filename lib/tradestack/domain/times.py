"""nanoseconds since the Unix epoch → text people read: 2026-11-22T09:00:00.123456Z."""

import datetime

from tradestack.domain.clock import NANOSECONDS_PER_SECOND

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def format_utc(time_ns: int) -> str:
    """ISO-8601 in UTC with microseconds (cut, not rounded, so that it never shows the future)."""
    seconds, nanoseconds = divmod(time_ns, NANOSECONDS_PER_SECOND)
    moment = _EPOCH + datetime.timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds // 1000:06d}Z"
