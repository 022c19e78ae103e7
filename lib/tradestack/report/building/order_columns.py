"""The table of orders → rows, counts, and the orders that the feed executes."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from tradestack.domain.order import OrdStatus, Side
from tradestack.report.building.bounds import COUNTS_MAX, ORDERS_MAX
from tradestack.report.columns.table import MISSING, Column, Table
from tradestack.report.figures.traded import AcceptedOrder
from tradestack.report.values.orders import Count, OrderRow, Orders
from tradestack.report.values.series import OrderMark

# Columns of a row by its field; of the optional ones MISSING is None.
_NUMBERS = {
    "order_id": "order_id",
    "cl_ord_id": "cl_ord_id",
    "quantity": "quantity",
    "feed_seq": "feed_seq",
    "received": "received_time",
}
_OPTIONAL = {"price": "price", "event_time": "event_time", "average_price": "average_price"}
_TEXTS = {
    "user": "user",
    "strategy": "signal_name",
    "symbol": "symbol",
    "side": "side",
    "ord_type": "ord_type",
    "time_in_force": "time_in_force",
    "result": "status",
    "reason": "reject_reason",
}


def orders_part(orders: Table, fills_count: int) -> Orders:
    """Return the part of the report; orders: columns ORDERS."""
    rejected = int(np.count_nonzero(is_rejected(orders)))
    newest = orders.rows(slice(max(0, orders.row_count - ORDERS_MAX), None))
    return Orders(
        received=orders.row_count,
        accepted=orders.row_count - rejected,
        rejected=rejected,
        fills=fills_count,
        results=_counts(orders, "status"),
        reasons=_counts(orders.rows(is_rejected(orders)), "reject_reason"),
        by_user=_counts(orders, "user"),
        by_symbol=_counts(orders, "symbol"),
        newest=tuple(_rows(newest)),
    )


def accepted_orders(orders: Table) -> list[AcceptedOrder]:
    """Return the orders that were accepted and that the feed executes."""
    executed = orders.rows(~is_rejected(orders) & (orders["arrival_time"] != MISSING))
    return list(
        map(
            AcceptedOrder,
            executed["order_id"].tolist(),
            texts_of(executed, "user"),
            texts_of(executed, "symbol"),
            signs_of(executed),
            executed["final_quantity"].tolist(),
            executed["feed_seq"].tolist(),
            executed["arrival_time"].tolist(),
        )
    )


def order_marks(orders: Table, prices: Sequence[int]) -> list[OrderMark]:
    """Return the marks of orders in a chart; prices: the last ones then, 0: there was none."""
    return [
        OrderMark(time_ns, price or None, side, order_id, result)
        for time_ns, price, side, order_id, result in zip(
            orders["event_time"].tolist(),
            prices,
            texts_of(orders, "side"),
            orders["order_id"].tolist(),
            texts_of(orders, "status"),
            strict=True,
        )
        if time_ns != MISSING
    ]


def is_rejected(orders: Table) -> Column:
    """Return which of the orders were rejected."""
    rejected: Column = orders["verdict"] == orders.code("verdict", OrdStatus.REJECTED)
    return rejected


def signs_of(table: Table) -> list[int]:
    """Return 1 for each BUY, −1 for each SELL."""
    signs: list[int] = np.where(table["side"] == table.code("side", Side.BUY), 1, -1).tolist()
    return signs


def texts_of(table: Table, name: str) -> list[str]:
    """Return the texts of a column of codes, "" where there is none."""
    return [text or "" for text in table.decoded(name)]


def known(value: int) -> int | None:
    """Return a number of a table, None for MISSING."""
    return None if value == MISSING else value


def _counts(table: Table, name: str) -> tuple[Count, ...]:
    """Count the rows by a text, the largest first."""
    counted = Counter(texts_of(table, name))
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(text, count) for text, count in ordered[:COUNTS_MAX])


def _rows(orders: Table) -> Iterator[OrderRow]:
    columns = {field: orders[name].tolist() for field, name in _NUMBERS.items()}
    columns |= {field: map(known, orders[name].tolist()) for field, name in _OPTIONAL.items()}
    columns |= {field: texts_of(orders, name) for field, name in _TEXTS.items()}
    columns["filled"] = (known(quantity) or 0 for quantity in orders["cum_quantity"].tolist())
    for values in zip(*columns.values(), strict=True):
        yield OrderRow(**dict(zip(columns, values, strict=True)))
