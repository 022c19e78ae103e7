"""The content of the gateway's sources, and comparisons with what it published."""

from typing import Any

from tradestack.wire.feed import TickRecords

PRICES = 4_000
NEWS_TIMES = (0, 5, 5, 1_500, 3_999)


def messages(records: TickRecords) -> bytes:
    """Return the bytes of the records, with publish times of 0."""
    copy = records.copy()
    copy["publish_time_ns"] = 0
    return copy.tobytes()


def ended(stats: dict[str, Any]) -> bool:
    """Whether the source was played to its end."""
    return bool(stats["source_state"] == "ended")
