"""A strategy's own counters, which `tradestackctl stats` shows beside those of its daemon."""

from collections.abc import Mapping

# What the stats of a strategy's daemon hold; a test compares them with the declarations.
NAMES_OF_DAEMON = frozenset(
    {
        "changes_rejected", "changes_sent", "config_hash", "config_pending", "config_unused",
        "connected_feed", "connected_orders", "cpu_seconds", "daemon", "fills", "from_sequence",
        "instance", "lag", "last_error", "latency", "limits_near", "limits_used", "news_received",
        "order_session", "orders_accepted", "orders_acknowledged", "orders_canceled",
        "orders_expired", "orders_filled", "orders_pending", "orders_rejected", "orders_sent",
        "orders_suppressed", "orders_tiny", "orders_working", "pause_reason", "pid",
        "prices_received", "process", "pss_bytes", "rates", "rss_bytes", "rss_peak_bytes",
        "sequence_processed", "session", "session_start_time", "start_time", "state",
        "ticks_received", "uptime_s", "version",
    }
)  # fmt: skip


def checked_counters(counters: Mapping[str, int]) -> dict[str, int]:
    """Return the counters, by name. Raises ValueError for a name that the daemon has a value of."""
    for name in counters:
        if name in NAMES_OF_DAEMON:
            raise ValueError(
                f"{name!r} is a value of the daemon, which `tradestackctl stats` shows under that "
                "name; call the counter something else"
            )
    return {name: int(count) for name, count in counters.items()}
