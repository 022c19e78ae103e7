"""The plain way: all values kept, every result worked out again in fractions."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from hypothesis import strategies as st

ItemT = TypeVar("ItemT")

INT64_MAX = 2**63 - 1
INT64_MIN = -(2**63)

int64 = st.integers(INT64_MIN, INT64_MAX) | st.sampled_from([INT64_MIN, -1, 0, 1, INT64_MAX])
sizes = st.integers(0, 3) | st.integers(0, INT64_MAX)
lengths = st.integers(1, 8)


class Indicator(Protocol):
    """What takes values and has one."""

    def add(self, value: int) -> None:
        """Take the next value."""

    @property
    def value(self) -> int | None:
        """The result."""


def results(indicator: Indicator, values: Sequence[int]) -> list[int | None]:
    """What the indicator says after each value."""
    said = []
    for value in values:
        indicator.add(value)
        said.append(indicator.value)
    return said


def of_windows(
    function: Callable[[Sequence[ItemT]], int | None], items: Sequence[ItemT], length: int
) -> Iterator[int | None]:
    """After each item, the function of the last `length` ones; None where there are fewer."""
    for end in range(1, len(items) + 1):
        yield function(items[end - length : end]) if end >= length else None


def mean(values: Sequence[int]) -> Fraction:
    """The mean, not rounded."""
    return Fraction(sum(values), len(values))
