"""The live view of `tradestackctl top`: stats of all daemons → lines of text.

    DAEMON         STATE    RATE         DONE    BEHIND  P99      MEMORY
    gateway        running  500 ticks/s  10,053  0       -        30.1 MiB
    order-manager  ready    0.2 orders/s 5       0       0.31 ms  26.0 MiB
    strategy news  live     500 ticks/s  5       0       0.79 ms  31.4 MiB

DONE is ticks published, orders received and orders sent; BEHIND is what the slowest client, or the
strategy, has still to get. P99 is from an order's receipt to the journal, and to its report.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tradestack.ctl.durations import milliseconds_text
from tradestack.ctl.readable import price_text
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER, StackReport, Stats
from tradestack.ctl.table import aligned
from tradestack.domain.units import format_mebibytes

HEADINGS = ("DAEMON", "STATE", "RATE", "DONE", "BEHIND", "P99", "MEMORY")
NOT_RESPONDING = ("not responding", "-", "-", "-", "-", "-")
ORDER_HEADINGS = ("ORDER", "SIDE", "QUANTITY", "SYMBOL", "PRICE", "USER", "STATUS")

Order = Mapping[str, Any]  # as ListOrders describes it


def live_view(report: StackReport, state: str, orders: Sequence[Order]) -> list[str]:
    """Return the lines: a table of the daemons, the state of the run, the newest orders."""
    rows: list[Sequence[object]] = [
        HEADINGS,
        (GATEWAY, *_or_not(report.gateway, _gateway)),
        (ORDER_MANAGER, *_or_not(report.order_manager, _order_manager)),
        *(
            (f"strategy {name}", *_or_not(stats, _strategy))
            for name, stats in report.strategies.items()
        ),
    ]
    lines = aligned(rows).splitlines()
    if state:
        lines += ["", state]
    if orders:
        table = [ORDER_HEADINGS, *(_order_row(order) for order in orders)]
        lines += ["", *aligned(table).splitlines()]
    return lines


def _or_not(stats: Stats | None, describe: Callable[[Stats], Sequence[object]]) -> Sequence[object]:
    return NOT_RESPONDING if stats is None else (*describe(stats), _memory(stats))


def _gateway(stats: Stats) -> Sequence[object]:
    return (
        stats["source_state"] if stats["publication_blocked"] is None else "blocked",
        f"{stats['rates']['1s']:,.0f} ticks/s",
        f"{stats['ticks_total']:,}",
        f"{stats['lag_max']:,}",
        "-",
    )


def _order_manager(stats: Stats) -> Sequence[object]:
    return (
        "ready" if stats["journal_fault"] is None else "blocked",
        f"{stats['rates']['10s']:,.1f} orders/s",
        f"{stats['orders_received']:,}",
        f"{stats['client_lag_max']:,}",
        _p99(stats["latency"]["received_to_journalled"]),
    )


def _strategy(stats: Stats) -> Sequence[object]:
    return (
        stats["state"],
        f"{stats['rates']['1s']:,.0f} ticks/s",
        f"{stats['orders_sent']:,}",
        f"{stats['lag']:,}",
        _p99(stats["latency"]["order_to_report"]),
    )


def _p99(latency: Mapping[str, float]) -> str:
    if not latency["count"]:
        return "-"
    return milliseconds_text(latency["p99_us"])


def _memory(stats: Stats) -> str:
    pss_bytes = stats.get("pss_bytes")
    return "-" if pss_bytes is None else format_mebibytes(pss_bytes)


def _order_row(order: Order) -> Sequence[object]:
    return (
        order["order_id"],
        order["side"],
        order["order_qty"],
        order["symbol"],
        "MARKET" if order["price"] is None else price_text(order["price"]),
        order["user"],
        order["ord_status"],
    )
