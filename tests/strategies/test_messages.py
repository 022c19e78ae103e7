"""Messages as a strategy is given them, one by one or as columns."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.batches import cut
from tradestack.domain.tick import Aggressor, Tick, TickKind
from tradestack.strategies import NewsItem, PriceTick, TickColumns
from tradestack.strategies.messages import Interest, Message, message_of, messages_of
from tradestack.wire.feed import FEW_PACKETS, TickBatch, encode_symbol, new_records

SYMBOLS = ["SPY", "IBM", "SPYX", "ABCDEFGHIJKLMNOPQRSTUVWX"]
values = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 9))
ticks = st.builds(
    Tick,
    sequence=st.just(0),
    kind=st.sampled_from(TickKind),
    symbol=st.sampled_from(SYMBOLS),
    event_time_ns=st.integers(-9, 9),
    publish_time_ns=st.integers(0, 9),
    value=values,
    size=values,
    aggressor=st.sampled_from(Aggressor),
)
# Hypothesis rarely draws a long list where a short one is allowed.
feeds = st.lists(ticks, max_size=9) | st.lists(
    ticks, min_size=FEW_PACKETS - 1, max_size=2 * FEW_PACKETS
)
interests = st.builds(
    Interest,
    prices=st.booleans(),
    news=st.booleans(),
    symbols=st.frozensets(st.sampled_from([*SYMBOLS, "NONE"])),
)
firsts = st.sampled_from([1, 2, 10**12])
cuts = st.lists(st.integers(0, 2 * FEW_PACKETS), max_size=5)


def batch_with(messages: list[Tick], first_sequence: int) -> TickBatch:
    """Ticks → a batch of them, numbered from there on."""
    records = new_records(len(messages))
    for record, tick in zip(records, messages, strict=True):
        record["kind"], record["side"] = int(tick.kind), int(tick.aggressor)
        record["symbol"] = encode_symbol(tick.symbol)
        for name in ("event_time_ns", "publish_time_ns", "value", "size"):
            record[name] = getattr(tick, name)
    return TickBatch(first_sequence, records)


def naive_messages(messages: list[Tick], first: int, interest: Interest) -> list[Message]:
    """What a strategy is given, by its definition."""
    given_to_it: list[Message] = []
    for sequence, tick in enumerate(messages, start=first):
        if interest.symbols and tick.symbol not in interest.symbols:
            continue
        if tick.kind is TickKind.PRICE and interest.prices:
            price = PriceTick(
                sequence, tick.symbol, tick.value, tick.size, tick.event_time_ns, tick.aggressor
            )
            given_to_it.append(price)
        if tick.kind is TickKind.NEWS and interest.news:
            given_to_it.append(NewsItem(sequence, tick.symbol, tick.value, tick.event_time_ns))
    return given_to_it


def typed(messages: Iterable[Message]) -> list[tuple[type, Message]]:
    """Messages with their types: tuples of different types may be equal."""
    return [(type(each), each) for each in messages]


@given(feed=feeds, first=firsts, interest=interests, where=cuts)
def test_messages_are_those_of_interest_however_the_feed_is_cut(
    feed: list[Tick], first: int, interest: Interest, where: list[int]
) -> None:
    """Batches of few and of many give the same messages as their definition."""
    batch = batch_with(feed, first)
    expected = typed(naive_messages(feed, first, interest))

    assert typed(messages_of(batch, interest)) == expected
    pieces = [typed(messages_of(each, interest)) for each in cut(batch, where)]
    assert [each for piece in pieces for each in piece] == expected
    assert typed(map(message_of, filter(interest.wants, batch.ticks()))) == expected


@pytest.mark.parametrize("count", [FEW_PACKETS, FEW_PACKETS + 1, 5 * FEW_PACKETS])
def test_messages_of_few_and_of_many_are_of_pythons_types(count: int) -> None:
    """A number of numpy overflows silently; one of Python does not."""
    batch = batch_with([Tick(0, kind, "SPY", 1, 2, 3, 4) for kind in TickKind] * count, 1)
    interest = Interest(prices=True, news=True, symbols=frozenset())

    for message in messages_of(TickBatch(1, batch.records[:count]), interest):
        kinds = {type(field) for field in message}
        assert kinds <= {int, str, Aggressor}


@given(feed=feeds, first=firsts, symbols=st.frozensets(st.sampled_from(SYMBOLS)), where=cuts)
def test_rows_of_columns_are_the_messages(
    feed: list[Tick], first: int, symbols: frozenset[str], where: list[int]
) -> None:
    """Row i is message first_sequence + i; cut batches have the same rows."""
    batch = batch_with(feed, first)
    whole = TickColumns(batch, symbols)
    pieces = [TickColumns(each, symbols) for each in cut(batch, where)]

    for name in ("value", "size", "event_time_ns"):
        column = getattr(whole, name)
        assert column.tolist() == [getattr(tick, name) for tick in feed]
        assert column.dtype == np.dtype(np.int64)
        assert [each for piece in pieces for each in getattr(piece, name).tolist()] == (
            column.tolist()
        )
    assert len(whole) == sum(map(len, pieces)) == len(feed)
    assert whole.is_news.tolist() == [tick.kind is TickKind.NEWS for tick in feed]
    assert whole.symbols == tuple(
        sorted({tick.symbol for tick in feed if not symbols or tick.symbol in symbols})
    )
    for symbol in SYMBOLS:
        kinds = {TickKind.PRICE: whole.prices_of(symbol), TickKind.NEWS: whole.news_of(symbol)}
        for kind, rows in kinds.items():
            expected = [
                row for row, tick in enumerate(feed) if (tick.symbol, tick.kind) == (symbol, kind)
            ]
            assert rows.tolist() == expected
    firsts = [piece.first_sequence for piece in pieces]
    assert firsts == [each.first_sequence for each in cut(batch, where)]


def test_columns_can_be_computed_with() -> None:
    """They are the strategy's own: what it writes into them reaches nobody else."""
    batch = batch_with([Tick(0, TickKind.PRICE, "SPY", 1, 2, 3, 4)], 1)
    batch.records.flags.writeable = False

    columns = TickColumns(batch, frozenset())
    columns.value[0] *= 2

    assert columns.value.tolist() == [6]
    assert TickColumns(batch, frozenset()).value.tolist() == [3]
