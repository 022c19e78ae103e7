"""Parts that several sections are made of."""

import math
from collections.abc import Sequence

from tradestack.domain.fixed_point import SCALE
from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Bar, Profit, Span
from tradestack.report.values.percentiles import Percentiles

TEXT_LENGTH_MAX = 200  # of one that others have written; a longer one is cut


def cut(text: str | None) -> str:
    """Return a text of others in a length that a document has room for."""
    shown = quantities.words(text)
    return shown if len(shown) <= TEXT_LENGTH_MAX else f"{shown[: TEXT_LENGTH_MAX - 1]}…"


def profit(amount: int) -> Profit:
    """Return a cell with an amount ×10⁻⁸ that is a gain or a loss."""
    return Profit(quantities.signed_money(amount), (amount > 0) - (amount < 0))


def floats(values: Sequence[int]) -> list[float]:
    """Integers ×10⁻⁸ → what a chart is drawn from."""
    return [value / SCALE for value in values]


def bars(numbers: Sequence[float]) -> list[Bar]:
    """Return a bar for each of some numbers, none below 0; the largest has the whole width."""
    largest = max(numbers, default=0) or 1
    return [Bar(number / largest) for number in numbers]


def some_of(rows: int, of: int, noun: str) -> str:
    """Return a note on the number of rows if a table does not have all of them."""
    if rows >= of:
        return quantities.counted(of, noun)
    return f"the newest {rows:,} of {of:,} {noun}s"


class LogScale:
    """Durations on an axis of powers of ten, from the shortest p50 to the longest of all."""

    def __init__(self, durations: Sequence[Percentiles]) -> None:
        known = (end for each in durations for end in (each.p50_ns, each.p99_ns) if end)
        least = min(known, default=1)  # 0 has no place on it, and stands at its left end
        most = max((longest(each) for each in durations), default=10)
        self._low = math.floor(math.log10(max(1, least)))
        self._high = max(self._low + 1, math.ceil(math.log10(max(1, most))))

    @property
    def ends(self) -> str:
        """The axis in words: "1.00 µs to 10.0 ms, logarithmic"."""
        first, last = (quantities.duration(10**power) for power in (self._low, self._high))
        return f"{first} to {last}, logarithmic"

    def span(self, durations: Percentiles) -> Span:
        """Return the cell of p50, p99 and p99.9."""
        ends = durations.p50_ns, durations.p99_ns, durations.p999_ns
        low, middle, high = (self._place(end) for end in ends)
        return Span(low, middle, high)

    def _place(self, duration_ns: int) -> float:
        place = (math.log10(max(1, duration_ns)) - self._low) / (self._high - self._low)
        return min(1.0, max(0.0, place))


def longest(durations: Percentiles) -> int:
    """Return the longest of the durations, as far as it is recorded."""
    return max(durations.p999_ns, durations.max_ns or 0)
