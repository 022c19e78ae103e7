"""Two small files, `up` run on them to its end, and the counters that they lead to."""

import hashlib
import subprocess
from pathlib import Path
from typing import Any

from tests.kit.stack import DEADLINE_S, TRADESTACKCTL

PRICES = "timestamp,symbol,price,size\n" + "".join(
    f"2026-01-05T14:30:{second:02d}Z,{symbol},{100 + second}.25,10\n"
    for second in range(40)
    for symbol in ("AAA", "BBB")
)
# The run must not be over before the kill, however slow the machine is; then the rest may be fast.
BEFORE_THE_KILL = "4/s"
SENTIMENT = """\
timestamp,symbol,sentiment
2026-01-05T14:30:05Z,AAA,85.5
2026-01-05T14:30:06Z,AAA,50
2026-01-05T14:30:07Z,AAA,90
2026-01-05T14:30:08Z,ZZZ,90
2026-01-05T14:30:20Z,AAA,10
2026-01-05T14:30:21Z,BBB,61
"""


def up(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run `up` to its end."""
    return subprocess.run(
        [TRADESTACKCTL, "up", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )


def segments_of(state: Path) -> list[Path]:
    """List the shared-memory segments of a stack with this state directory."""
    suffix = hashlib.sha256(str(state).encode()).hexdigest()[:8]
    return list(Path("/dev/shm").glob(f"tradestack-up-{suffix}/*s"))


def counters(stats: dict[str, Any], instance: str = "news") -> dict[str, Any]:
    """Select the counters that depend on the data alone: neither times nor ids."""
    gateway, manager, strategy = (
        stats["gateway"],
        stats["order_manager"],
        stats["strategies"][instance],
    )
    return {
        "gateway": [
            gateway[name] for name in ("ticks_total", "prices_total", "news_total", "rows_rejected")
        ],
        "order_manager": [
            manager[f"orders_{name}"] for name in ("received", "accepted", "rejected", "duplicate")
        ],
        "strategy": [
            strategy[name]
            for name in (
                "ticks_received",
                "orders_sent",
                "orders_acknowledged",
                "orders_rejected",
                "signals_without_price",
            )
        ],
    }


EXPECTED = {
    "gateway": [86, 80, 6, 0],
    "order_manager": [3, 3, 0, 0],  # AAA bought, AAA sold, BBB bought
    "strategy": [86, 3, 3, 0, 1],
}
