"""The next message that matters is the same one whether few or many are looked at together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.tick import TickKind
from tradestack.trading.account import interest
from tradestack.trading.account.interest import Interest
from tradestack.trading.execution.price_bounds import PriceBounds
from tradestack.wire.feed import encode_symbol, new_records

SYMBOLS = ("AIG", "IBM", "SPY")
prices = st.integers(0, 5)
bounds = st.none() | st.builds(PriceBounds, prices, prices)
ticks = st.tuples(st.sampled_from(TickKind), st.sampled_from(SYMBOLS), prices)


@given(st.dictionaries(st.sampled_from(SYMBOLS), bounds), st.lists(ticks, max_size=12))
def test_few_are_looked_at_as_many_are(
    wanted: dict[str, PriceBounds | None], feed: list[tuple[TickKind, str, int]]
) -> None:
    """It is the first trade of a symbol at a price that reaches an order of it."""
    records = new_records(len(feed))
    records["kind"] = [kind for kind, _, _ in feed]
    records["symbol"] = [encode_symbol(symbol) for _, symbol, _ in feed]
    records["value"] = np.array([price for _, _, price in feed], np.int64)
    awaited = Interest.of([], [], wanted.items())

    few = awaited.next_row(1, records)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(interest, "FEW_RECORDS", -1)
        many = awaited.next_row(1, records)

    expected = [
        row
        for row, (kind, symbol, price) in enumerate(feed)
        if kind is TickKind.PRICE and symbol in wanted and reaches(wanted[symbol], price)
    ]
    assert few == many == (expected[0] if expected else len(feed))


def reaches(bound: PriceBounds | None, price: int) -> bool:
    """Return whether a trade at that price reaches an order with these bounds."""
    return bound is None or price <= bound.low or price >= bound.high
