"""Ticks for tests, made from a seed: prices that walk at random, and some news."""

from collections.abc import Sequence

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.symbol import listed_symbols
from tradestack.domain.tick import Aggressor
from tradestack.strategies.messages import Message, NewsItem, PriceTick

_START_NS = 1_704_205_800 * NANOSECONDS_PER_SECOND  # 2024-01-02 14:30, when New York opens
_NEWS_EACH = 20  # messages, on average
_PRICE_START, _PRICE_STEP_MAX, _PRICE_MIN = 10_000, 25, 100  # cents
_SENTIMENT_MAX = 100
_PAUSE_MAX_MS = 2_000


def random_ticks(
    count: int = 500, *, symbols: str | Sequence[str] = ("SPY", "IBM"), seed: int = 1
) -> list[Message]:
    """Return messages with prices and news of these symbols; the same for the same arguments."""
    numbers = np.random.default_rng(seed)
    names = listed_symbols(symbols)
    cents = dict.fromkeys(names, _PRICE_START)
    event_time_ns, messages = _START_NS, list[Message]()
    for sequence in range(1, count + 1):
        symbol = names[int(numbers.integers(len(names)))]
        event_time_ns += int(numbers.integers(_PAUSE_MAX_MS)) * NANOSECONDS_PER_SECOND // 1_000
        if numbers.integers(_NEWS_EACH) == 0:
            sentiment = int(numbers.integers(_SENTIMENT_MAX + 1)) * SCALE
            messages.append(NewsItem(sequence, symbol, sentiment, event_time_ns))
            continue
        step = int(numbers.integers(-_PRICE_STEP_MAX, _PRICE_STEP_MAX + 1))
        cents[symbol] = max(_PRICE_MIN, cents[symbol] + step)
        price, size = cents[symbol] * SCALE // 100, int(numbers.integers(1, 101)) * SCALE
        aggressor = (Aggressor.BUYER, Aggressor.SELLER)[int(numbers.integers(2))]
        messages.append(PriceTick(sequence, symbol, price, size, event_time_ns, aggressor))
    return messages
