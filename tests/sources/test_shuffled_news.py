"""ShuffledNews: other sentiments at the same times, the same ones for the same seed."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import (
    NEWS_HEADER,
    news_rows,
    open_csv,
    read_all,
    read_file,
    write,
)
from tests.kit.recorded_source import Recorded
from tradestack.domain.tick import TickKind
from tradestack.sources.merge import MergedSource, Part
from tradestack.sources.shuffled_news import SEED_MAX, ShuffledNews
from tradestack.sources.source import Source
from tradestack.wire.feed import TickRecords
from tradestack.wire.symbol_table import SymbolTable

PRICES = 100
NEWS = 14


def market(*, news: int, batch_records: int) -> Source:
    """Prices and news in turns, whose values are 0, 1, 2 … of each kind."""
    symbols = SymbolTable(20)
    sizes = [batch_records] * PRICES
    price_times, news_times = list(range(PRICES)), [7 * number for number in range(news)]
    return MergedSource(
        [
            Part(partial(Recorded, TickKind.PRICE, price_times, sizes, symbols), 0),
            Part(partial(Recorded, TickKind.NEWS, news_times, sizes, symbols), 0),
        ],
        symbols,
    )


def values_of(records: TickRecords, kind: TickKind) -> list[int]:
    """The values of one kind, in order."""
    found: list[int] = records["value"][records["kind"] == int(kind)].tolist()
    return found


def test_sentiments_are_dealt_out_again() -> None:
    """Each is there once, in another order; prices, times and symbols are as they were."""
    real = read_all(market(news=NEWS, batch_records=9))
    shuffled = read_all(ShuffledNews(market(news=NEWS, batch_records=9), 1))

    sentiments = values_of(shuffled, TickKind.NEWS)
    assert sorted(sentiments) == values_of(real, TickKind.NEWS) == list(range(NEWS))
    assert sentiments != sorted(sentiments)
    assert values_of(shuffled, TickKind.PRICE) == values_of(real, TickKind.PRICE)
    for name in ("kind", "symbol", "event_time_ns", "size"):
        assert shuffled[name].tolist() == real[name].tolist()


@pytest.mark.parametrize("seed", [0, 7, SEED_MAX])
def test_a_seed_is_an_order(seed: int) -> None:
    """It does not depend on how the source is cut into batches; another seed has another order."""
    first, second, other = (
        values_of(
            read_all(ShuffledNews(market(news=NEWS, batch_records=size), its_seed)), TickKind.NEWS
        )
        for size, its_seed in ((1, seed), (50, seed), (50, seed ^ 1))
    )

    assert first == second
    assert first != other


def test_the_order_stays_what_it_was() -> None:
    """Results that somebody has written down can be had again with any version of numpy."""
    records = read_all(ShuffledNews(market(news=8, batch_records=3), 42))

    assert values_of(records, TickKind.NEWS) == [7, 1, 6, 4, 3, 5, 0, 2]


def test_every_place_has_every_sentiment_equally_often() -> None:
    """Over many seeds, no place prefers a sentiment: the orders are uniform."""
    count, seeds = 4, 4_000
    places = np.zeros((count, count), np.int64)
    for seed in range(seeds):
        source = ShuffledNews(
            Recorded(TickKind.NEWS, list(range(count)), [count], SymbolTable(9)), seed
        )
        places[np.arange(count), values_of(read_all(source), TickKind.NEWS)] += 1

    deviation = np.sqrt(seeds * (1 / count) * (1 - 1 / count))
    assert (np.abs(places - seeds / count) < 5 * deviation).all()


@pytest.mark.parametrize("news", [0, 1])
def test_few_news_stay_as_they_are(news: int) -> None:
    """There is nothing to exchange."""
    real = read_all(market(news=news, batch_records=9))

    assert read_all(ShuffledNews(market(news=news, batch_records=9), 3)).tobytes() == real.tobytes()


@given(st.integers(0, 14), st.integers(1, 11), st.integers(0, 150))
def test_a_restored_source_returns_the_same_records(
    news: int, batch_records: int, batches: int
) -> None:
    """A checkpoint may be made while sentiments are collected, or later."""
    source = ShuffledNews(market(news=news, batch_records=batch_records), 5)
    for _ in range(batches):
        source.next_batch()
    mark = source.checkpoint()
    rest = read_all(source)

    again = ShuffledNews(market(news=news, batch_records=batch_records), 5)
    again.restore(mark)
    assert read_all(again).tobytes() == rest.tobytes()

    source.restore(mark)
    assert read_all(source).tobytes() == rest.tobytes()


def test_a_file_can_be_shuffled(tmp_path: Path) -> None:
    """The news of a CSV file are read twice; bad rows are counted once."""
    text = NEWS_HEADER + news_rows(*range(0, 100, 5)) + "nonsense\n"
    news = write(tmp_path / "sentiment.csv", text)
    real = values_of(read_file(news), TickKind.NEWS)

    source = ShuffledNews(open_csv(news), 1)
    assert source.share_read <= 0.5
    shuffled = values_of(read_all(source), TickKind.NEWS)
    assert source.share_read == 1
    source.close()

    assert source.row_counts().rejected == 1
    assert sorted(shuffled) == sorted(real)
    assert shuffled != real
