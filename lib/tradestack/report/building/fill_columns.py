"""The table of fills → fills as the figures take them."""

from collections.abc import Iterable, Mapping

from tradestack.report.building.order_columns import signs_of, texts_of
from tradestack.report.columns.table import Table
from tradestack.report.figures.traded import Fill
from tradestack.trading.account.account_state import AccountState


def booked_fills(fills: Iterable[Fill], openings: Mapping[str, AccountState]) -> list[Fill]:
    """Return the fills after the states with which accounts begin; those have the others.

    Only where the journals from before such a state are not kept, that is not all of them.
    """
    opened = {user: opening.matched_through for user, opening in openings.items()}
    return [fill for fill in fills if fill.number > opened.get(fill.user, 0)]


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
