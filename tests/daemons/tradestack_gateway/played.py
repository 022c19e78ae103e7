"""What the gateway's sources contain, and what was made of them."""

from typing import Any

from tradestack.wire.feed import TickRecords

PRICES = 4_000
NEWS_TIMES = (0, 5, 5, 1_500, 3_999)


def messages(records: TickRecords) -> bytes:
    """All of the records but the times of publishing."""
    copy = records.copy()
    copy["publish_time_ns"] = 0
    return copy.tobytes()


def ended(stats: dict[str, Any]) -> bool:
    """Whether the source has."""
    return bool(stats["source_state"] == "ended")
