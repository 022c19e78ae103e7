"""The base of every strategy: (state, batch of ticks) → intents.

A strategy is a function of the feed alone: it uses no clock, file, socket or shared memory, so the
same feed session gives the same intents, live, after a restart and in a backtest. The object holds
the parameters; what is learnt of a feed session is kept in a state that only the strategy reads or
changes. How the feed is cut into batches must not matter.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from tradestack.domain.order import Side
from tradestack.domain.tick import TickKind
from tradestack.strategies.parameter import parameters_of
from tradestack.wire.feed import TickBatch, decode_symbol

StateT = TypeVar("StateT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """The decision to trade, with the feed message that caused it."""

    sequence: int  # number of that message in its feed session
    index: int  # position among the intents of the same message, from 0
    symbol: str
    side: Side
    value: int  # the value that the strategy decided on, ×10⁻⁸
    price: int  # the symbol's last price in the feed up to the message, ×10⁻⁸
    event_time_ns: int  # of the message, ns since the Unix epoch
    publish_time_ns: int  # of the message, too


@dataclass(frozen=True, kw_only=True)
class Strategy(ABC, Generic[StateT]):
    """A way to trade; a subclass is a frozen dataclass whose fields are its parameters.

    name: the word for it in configurations and orders. version: to be raised when the same feed
    gives other intents than before. value_label: what `Intent.value` is, one word, for people.
    needs: the kinds of ticks without which it never trades.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    value_label: ClassVar[str]
    needs: ClassVar[frozenset[TickKind]] = frozenset({TickKind.PRICE})

    symbols: frozenset[str] = frozenset()  # the symbols to trade, empty = every symbol of the feed

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Check relations between parameters. Raises ValueError with the one that is violated."""

    def trades(self, symbol: bytes) -> bool:
        """Return whether the symbol, a padded field of the feed, is to be traded."""
        return not self.symbols or decode_symbol(symbol) in self.symbols

    def parameters(self) -> Mapping[str, str]:
        """Return the effective parameters as decimal texts, a part of what names an order."""
        return {
            name: parameter.format(getattr(self, name))
            for name, parameter in parameters_of(type(self)).items()
        }

    @abstractmethod
    def initial_state(self) -> StateT:
        """Return the state at the start of a feed session."""

    @abstractmethod
    def on_batch(self, state: StateT, batch: TickBatch) -> Sequence[Intent]:
        """Take the next messages into the state; return the intents in feed order."""

    def counters(self, state: StateT) -> Mapping[str, int]:  # noqa: ARG002 (for subclasses)
        """Return the strategy's own counters of this feed session, by name."""
        return {}
