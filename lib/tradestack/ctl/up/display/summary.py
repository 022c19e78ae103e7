"""The summary of a run by `up`: one line while it runs, a few lines at its end.

    28 %, 52 s left | 500 ticks/s | 3 orders | 10,053 ticks
    waiting 42 s (gap of 2 d 17 h cut to 1 min) | 3 orders | 10,053 ticks

No line is longer than a terminal of 80 columns has room for.
"""

from collections.abc import Mapping
from typing import Any

from tradestack.ctl.account_lines import account_lines
from tradestack.ctl.durations import duration_text, milliseconds_text
from tradestack.ctl.feed_state import Progress, rate_text
from tradestack.ctl.up.display.progress import StackStats
from tradestack.ctl.up.display.run_counts import RunCounts, RunResult
from tradestack.domain.units import counted


def status_parts(stats: StackStats, counts: RunCounts, progress: Progress | None) -> list[str]:
    """Return the parts of the line that is shown while the stack runs, the most telling first."""
    parts = [] if progress is None else [str(progress)]
    parts.append(rate_text(stats.gateway))
    parts.append(counted(counts.orders_received, "order"))
    if counts.orders_rejected.total:
        parts[-1] += f" ({counts.orders_rejected.total:,} rejected)"
    parts.append(counted(counts.ticks.total, "tick"))
    return parts


def fitted(parts: list[str], columns: int) -> str:
    """Join as many of the parts as fit into one row, at least the first."""
    while len(parts) > 1 and len(" | ".join(parts)) > columns:
        parts = parts[:-1]
    return " | ".join(parts)[:columns]


def summary(result: RunResult) -> str:
    """Return the lines that are printed at the end of a run."""
    counts = result.counts
    orders = counted(counts.orders_received, "order")
    if counts.orders_received:
        accepted, rejected = counts.orders_accepted.total, counts.orders_rejected.total
        orders += f", {result.orders_per_s:,.1f}/s: {accepted:,} accepted, {rejected:,} rejected"
    lines = [
        f"ran {elapsed_text(result.elapsed_s)}",
        f"  {counted(counts.ticks.total, 'tick')}, {result.ticks_per_s:,.0f}/s",
        f"  {orders}",
    ]
    lines += _span_lines(result)
    for user, account in result.accounts.items():
        lines += [f"  {line}" for line in account_lines(user, account)]
    if counts.orders_unknown:
        unknown = counted(counts.orders_unknown, "order")
        lines.append(f"  {unknown} sent with unknown outcome: the order session is gone")
    for name, strategy in result.stats.strategies.items():
        lines += _latency_lines(name, strategy["process"]["latency"])
    for name, count in result.stats.respawns.items():
        if count:
            lines.append(f"  {name} was started again {counted(count, 'time')}")
    return "\n".join(lines)


def _span_lines(result: RunResult) -> list[str]:
    """Name the feed session of fills and profit if it began before this run."""
    ticks: int = result.stats.gateway["head"]
    goes_on = any(account.opened_equity is not None for account in result.accounts.values())
    if not result.accounts or goes_on or ticks == result.counts.ticks.total:
        return []
    return [f"  of the newest feed session, {counted(ticks, 'tick')}:"]


def elapsed_text(seconds: float) -> str:
    """Return how long a run took: tenths of a second below a minute."""
    return f"{seconds:.1f} s" if seconds < 60 else duration_text(seconds)


def _latency_lines(name: str, latency: Mapping[str, Mapping[str, Any]]) -> list[str]:
    ways = (("publish_to_order", "tick to order"), ("order_to_report", "order to report"))
    return [
        f"  {name}, {text}: {milliseconds_text(latency[way]['p50_us'])} (p50), "
        f"{milliseconds_text(latency[way]['p99_us'])} (p99)"
        for way, text in ways
        if latency[way]["count"]
    ]
