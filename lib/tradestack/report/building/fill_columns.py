"""The table of fills → fills as the figures take them."""

from tradestack.report.building.order_columns import signs_of, texts_of
from tradestack.report.columns.table import Table
from tradestack.report.figures.executed_orders import Fill


def fills_on_tape(fills: Table, head: int) -> list[Fill]:
    """Return the fills whose trades the feed log has, in the order made; columns FILLS."""
    on_tape = fills.rows(fills["feed_seq"] <= head)
    return list(
        map(
            Fill,
            on_tape["order_id"].tolist(),
            texts_of(on_tape, "user"),
            texts_of(on_tape, "symbol"),
            signs_of(on_tape),
            on_tape["quantity"].tolist(),
            on_tape["price"].tolist(),
            on_tape["fee"].tolist(),
            on_tape["feed_seq"].tolist(),
            on_tape["event_time"].tolist(),
        )
    )
