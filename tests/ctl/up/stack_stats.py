"""Stats of a stack as its daemons return them, as far as `up` uses them."""

from typing import Any

from tradestack.ctl.up.display.progress import Accounts, StackStats

ACCOUNT = {"user": "news", "feed_session": "S", "ended": True}
LATENCY = {"p50_us": 420.0, "p99_us": 1234.5, "p999_us": 2000.0, "count": 2}
GATEWAY = {
    "pid": 10,
    "source_state": "ended",
    "at_end": "end-session",
    "source_fault": None,
    "source_remedy": None,
    "sources_apart": False,
    "publication_blocked": None,
    "session": "S",
    "head": 10,
    "ticks_total": 1234,
    "ticks_expected": None,
    "next_tick_wait_s": 0.0,
    "next_tick_gap_s": 0.0,
    "next_tick_gap_cut_to_s": 0.0,
    "rates": {"1s": 500.4, "10s": 500.0},
    "process": {"ticks_published": 10},
}
MANAGER = {
    "pid": 11,
    "session": "O",
    "orders_accepted": 2,
    "orders_rejected": 0,
    "process": {"orders_accepted": 2, "orders_rejected": 0},
}
STRATEGY: dict[str, Any] = {
    "pid": 12,
    "session": "S",
    "pause_reason": None,
    "sequence_processed": 10,
    "orders_pending": 0,
    "orders_working": 0,
    "orders_tiny": 0,
    "orders_sent": 2,
    "orders_acknowledged": 2,
    "ticks_received": 1234,
    "process": {
        "orders_unknown": 0,
        "latency": {"publish_to_order": LATENCY, "order_to_report": LATENCY},
    },
}


def stack_stats(
    gateway: dict[str, Any] | None = None,
    *strategies: dict[str, Any],
    manager: dict[str, Any] | None = None,
    accounts: Accounts | None = None,
) -> StackStats:
    """Stats of a run that has ended, changed by the arguments."""
    return StackStats(
        gateway={**GATEWAY, **(gateway or {})},
        order_manager={**MANAGER, **(manager or {})},
        strategies={
            f"s{number}": {**STRATEGY, **changes}
            for number, changes in enumerate(strategies or ({},))
        },
        respawns={"gateway": 0},
        accounts=accounts or Accounts((ACCOUNT,), ()),
    )
