"""The layout of a file: the columns and the notation, which are all that the parsers know of it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tradestack.domain.tick import Aggressor, TickKind
from tradestack.sources.csv.options import Scale
from tradestack.sources.csv.times.time_rules import TimeRules

# Of the side of the aggressor, in upper case.
SIDES: Mapping[str, Aggressor] = MappingProxyType(
    {
        "": Aggressor.UNKNOWN,
        "B": Aggressor.BUYER,
        "BUY": Aggressor.BUYER,
        "S": Aggressor.SELLER,
        "SELL": Aggressor.SELLER,
    }
)
ANY_ORDER_NS = 2**63 - 1  # of Layout.tolerance_ns: rows are sorted afterwards


class SourceKind(enum.Enum):
    """What a file holds; the value is the column with the tick's value."""

    PRICES = "price"
    NEWS = "sentiment"

    @property
    def tick_kind(self) -> TickKind:
        """The kind of tick that a row becomes."""
        return TickKind.PRICE if self is SourceKind.PRICES else TickKind.NEWS


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Which rows are ticks: those whose column has one of the values, or begins with a prefix."""

    position: int
    values: tuple[str, ...]
    prefixes: tuple[str, ...] = ()

    def has(self, text: str) -> bool:
        """Return whether a row with this text is one."""
        return text in self.values or text.startswith(self.prefixes or ("\0",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Positions of the columns in a row, from 0, and how their text is meant.

    timestamp: one column, or several that make a time together. symbol: None if all rows have
    `constant_symbol`. ask: with it, `value` is the bid, and a tick's value their middle. size: the
    first of these that is not zero. price_exponent: prices and asks are multiplied by ten to this.
    whole_prices: a price with a point is refused. thousands: what stands between the thousands of
    numbers, or nothing.
    blank_is_none: a row without a value is not a tick. trailer: the first field of a last line that
    is not a row. tolerance_ns: how far a time may go back.
    """

    column_count: int
    timestamp: tuple[int, ...]
    symbol: int | None
    value: int
    ask: int | None = None
    size: tuple[int, ...] = ()
    side: int | None = None
    constant_symbol: str = ""
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    price_exponent: int = 0
    whole_prices: bool = False
    sides: Mapping[str, Aggressor] = field(default_factory=lambda: SIDES)
    kept_rows: KeptRows | None = None
    sentiment_scale: Scale | None = None
    blank_is_none: bool = False
    trailer: str | None = None
    times: TimeRules = field(default_factory=TimeRules)
    tolerance_ns: int = 0

    @property
    def column_count_min(self) -> int:
        """The fewest fields that hold every column."""
        several = (*self.timestamp, *self.size, self.value)
        single = (self.symbol, self.ask, self.side, self.kept_rows and self.kept_rows.position)
        return 1 + max(*several, *(position or 0 for position in single))
