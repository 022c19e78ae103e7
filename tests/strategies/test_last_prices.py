"""The last price of each symbol."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.tick import TickKind
from tradestack.strategies.last_prices import LastPrices
from tradestack.wire.feed import FEW_PACKETS, TickRecords, encode_symbol, new_records

SPY, IBM = encode_symbol("SPY"), encode_symbol("IBM")


def records_of(*ticks: tuple[TickKind, str, int]) -> TickRecords:
    """Kinds, symbols, values → records of the feed."""
    records = new_records(len(ticks))
    for name, column in zip(("kind", "symbol", "value"), zip(*ticks, strict=True), strict=True):
        records[name] = [encode_symbol(each) for each in column] if name == "symbol" else column
    return records


def test_the_latest_price_of_each_symbol_is_known() -> None:
    """News is not a price, and a symbol without price has none."""
    prices = LastPrices()
    prices.take(
        records_of(
            (TickKind.PRICE, "SPY", 1), (TickKind.NEWS, "IBM", 99), (TickKind.PRICE, "SPY", 2)
        )
    )

    assert prices.of(SPY) == 2
    assert prices.of(IBM) is None


def test_symbols_beyond_the_table_have_prices_too() -> None:
    """Taken with many others, or alone."""
    names = [f"S{number}" for number in range(SYMBOLS_MAX + 100)]
    prices = LastPrices()
    prices.take(records_of(*((TickKind.PRICE, name, number) for number, name in enumerate(names))))
    prices.take(records_of((TickKind.PRICE, names[-1], -1)))
    prices.take(records_of((TickKind.PRICE, "LATE", 5)))

    assert [prices.of(encode_symbol(name)) for name in names[:-1]] == list(range(len(names) - 1))
    assert prices.of(encode_symbol(names[-1])) == -1
    assert prices.of(encode_symbol("LATE")) == 5


@given(
    ticks=st.lists(
        st.tuples(st.sampled_from(TickKind), st.sampled_from("ABCD"), st.integers(1, 9)),
        max_size=5 * FEW_PACKETS,
    ),
    cuts=st.lists(st.integers(0, 5 * FEW_PACKETS), max_size=4),
)
def test_it_agrees_with_a_dict_however_the_feed_is_cut(
    ticks: list[tuple[TickKind, str, int]], cuts: list[int]
) -> None:
    """After each batch, of few or many, the prices are the same."""
    prices, expected = LastPrices(), dict[str, int]()
    ends = sorted({0, len(ticks), *(cut for cut in cuts if cut < len(ticks))})

    for first, end in itertools.pairwise(ends):
        batch = ticks[first:end]
        prices.take(records_of(*batch))
        expected |= {name: value for kind, name, value in batch if kind is TickKind.PRICE}

        assert {name: prices.of(encode_symbol(name)) for name in expected} == expected
    assert all(prices.of(encode_symbol(name)) is None for name in set("ABCD") - set(expected))
