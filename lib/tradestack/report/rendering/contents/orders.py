"""The orders: their outcomes, and the newest ones."""

from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Cell, Column, Section, Table
from tradestack.report.rendering.contents.shown import bars, cut, some_of
from tradestack.report.report import Report
from tradestack.report.values.orders import Count, OrderRow, Orders

ROWS_MAX = 100
COUNTS_MAX = 20


def orders_section(report: Report) -> Section:
    """The section of orders by result and reason."""
    orders = report.orders
    tables = [_counts("By result", orders.results)]
    if orders.reasons:
        tables.append(_counts("By reason", orders.reasons, "of the rejected"))
    tables += [_counts("By user", orders.by_user), _counts("By symbol", orders.by_symbol)]
    return Section(
        name="orders",
        title="Orders",
        says=f"{quantities.counted(orders.received, 'order')} received, {orders.accepted:,} "
        f"accepted, {orders.rejected:,} rejected; {quantities.counted(orders.fills, 'fill')}.",
        blocks=[*tables, _newest(orders)] if orders.received else [],
    )


def _counts(caption: str, counts: Sequence[Count], whose: str = "") -> Table:
    rows = counts[:COUNTS_MAX]
    drawn = bars([count.count for count in rows])
    return Table(
        caption=caption,
        unit=f"the {len(rows):,} largest of {len(counts):,}" if len(rows) < len(counts) else whose,
        columns=(
            Column(caption.removeprefix("By ").capitalize(), Align.WORDS),
            Column("Compared", Align.METER),
            Column("Orders"),
        ),
        rows=[
            (cut(count.name), drawn[number], quantities.count(count.count))
            for number, count in enumerate(rows)
        ],
    )


def _newest(orders: Orders) -> Table:
    rows = orders.newest[-ROWS_MAX:]
    return Table(
        caption="Orders",
        unit=some_of(len(rows), orders.received, "order"),
        columns=(
            Column("Order"),
            Column("Cause, feed time", Align.WORDS, "UTC"),
            Column("Tick"),
            Column("User", Align.WORDS),
            Column("Signal", Align.WORDS),
            Column("Side", Align.WORDS),
            Column("Quantity"),
            Column("Symbol", Align.WORDS),
            Column("Type", Align.WORDS),
            Column("Limit"),
            Column("Filled"),
            Column("Average price"),
            Column("Result", Align.WORDS),
        ),
        rows=[_row(order) for order in reversed(rows)],
    )


def _row(order: OrderRow) -> Sequence[Cell]:
    return (
        str(order.order_id),
        quantities.NO_VALUE if order.event_time is None else quantities.time(order.event_time),
        quantities.count(order.feed_seq) if order.feed_seq else quantities.NO_VALUE,
        cut(order.user),
        cut(order.strategy),
        order.side,
        quantities.quantity(order.quantity),
        cut(order.symbol),
        f"{order.ord_type} {order.time_in_force}",
        quantities.price(order.price),
        quantities.quantity(order.filled),
        quantities.price(order.average_price),
        f"{order.result}: {cut(order.reason)}" if order.reason else order.result,
    )
