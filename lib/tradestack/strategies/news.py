"""sentiment of news → the side to trade: BUY above one threshold, SELL below another.

    sentiment > buy_above    BUY     strictly
    sentiment < sell_below   SELL    strictly
    between them             nothing changes: BUY, neutral, BUY is one order

A symbol is traded when its side changes, and only once the feed has priced it; before that the
news is counted in `signals_without_price`, and the side stays as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import Side
from tradestack.domain.tick import TickKind
from tradestack.strategies.priced_symbols import PricedSymbols
from tradestack.strategies.signal import Intent
from tradestack.wire.feed import FEW_PACKETS, TickBatch, decode_symbol

_NEWS = int(TickKind.NEWS)


@dataclass(slots=True)
class NewsState:
    """What the signal knows of a feed session; symbols as the padded fields of the feed."""

    sides: dict[bytes, Side] = field(default_factory=dict)
    priced: PricedSymbols = field(default_factory=PricedSymbols)
    signals_without_price: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsSignal:
    """The signal with its parameters; `symbols` empty = every symbol of the feed."""

    buy_above: int  # sentiment ×10⁻⁸
    sell_below: int  # sentiment ×10⁻⁸, at most buy_above
    symbols: frozenset[str] = frozenset()
    name: str = "news"
    value_label: str = "sentiment"
    version: int = 1

    def parameters(self) -> Mapping[str, object]:
        """Decimal texts, so that 60 and 60.0 are the same config."""
        return {
            "buy_above": format_fixed(self.buy_above),
            "sell_below": format_fixed(self.sell_below),
        }

    def initial_state(self) -> NewsState:
        """No side taken, nothing priced."""
        return NewsState()

    def on_batch(self, state: NewsState, batch: TickBatch) -> Sequence[Intent]:
        """Of many ticks only news that takes a side is looked at one by one; few are all looked at,
        as numpy takes 40 µs for any number, and an order waits.
        """
        if len(batch) <= FEW_PACKETS:
            return self._on_few(state, batch)
        records = batch.records
        is_news = records["kind"] == _NEWS
        if not is_news.any():
            state.priced.absorb(records["symbol"])
            return ()
        prices = np.flatnonzero(~is_news)
        fresh = state.priced.absorb(records["symbol"][prices])
        priced_from = {symbol: int(prices[index]) for symbol, index in fresh.items()}
        values = records["value"]
        places = np.flatnonzero(is_news & ((values > self.buy_above) | (values < self.sell_below)))
        columns = (
            records[name][places].tolist() for name in ("symbol", "value", "publish_time_ns")
        )
        intents = []
        for place, symbol, value, time_ns in zip(places.tolist(), *columns, strict=True):
            is_priced = symbol in state.priced and priced_from.get(symbol, -1) < place
            if self._takes_side(state, symbol, value, is_priced=is_priced):
                sequence = batch.first_sequence + place
                intents.append(_intent(sequence, symbol, state.sides[symbol], value, time_ns))
        return intents

    def _on_few(self, state: NewsState, batch: TickBatch) -> Sequence[Intent]:
        intents = []
        for sequence, record in enumerate(batch.records.tolist(), batch.first_sequence):
            _, _, kind, symbol, _, time_ns, value, _ = record
            if kind != _NEWS:
                state.priced.add(symbol)
            elif (value > self.buy_above or value < self.sell_below) and self._takes_side(
                state, symbol, value, is_priced=symbol in state.priced
            ):
                intents.append(_intent(sequence, symbol, state.sides[symbol], value, time_ns))
        return intents

    def counters(self, state: NewsState) -> Mapping[str, int]:
        """News that would have changed a side of a symbol without price."""
        return {"signals_without_price": state.signals_without_price}

    def _takes_side(
        self, state: NewsState, symbol: bytes, sentiment: int, *, is_priced: bool
    ) -> bool:
        side = Side.BUY if sentiment > self.buy_above else Side.SELL
        if state.sides.get(symbol) is side or not self._trades(symbol):
            return False
        if not is_priced:
            state.signals_without_price += 1
            return False
        state.sides[symbol] = side
        return True

    def _trades(self, symbol: bytes) -> bool:
        return not self.symbols or decode_symbol(symbol) in self.symbols


def _intent(sequence: int, symbol: bytes, side: Side, value: int, time_ns: int) -> Intent:
    return Intent(
        sequence=sequence,
        index=0,  # one news item concerns one symbol
        symbol=decode_symbol(symbol),
        side=side,
        value=value,
        time_ns=time_ns,
    )
