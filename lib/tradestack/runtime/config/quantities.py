"""Parsers of config values that are quantities: decimal numbers, durations, sizes.

Each becomes an integer of a small unit: 10⁻⁸, nanoseconds, bytes.
"""

from dataclasses import dataclass

from tradestack.domain.fixed_point import (
    DECIMALS,
    FIXED_MAX,
    FIXED_MIN,
    format_fixed,
    round_fixed,
)
from tradestack.domain.units import (
    BYTES_OF,
    DURATION_FORM,
    NANOSECONDS_OF,
    SIZE_FORM,
    format_quantity,
    parse_quantity,
)
from tradestack.runtime.config.values import ValueParser, expect_text


@dataclass(frozen=True, slots=True)
class FixedPoint(ValueParser[int]):
    """A decimal number → integer ×10⁻⁸. TOML floats are refused, as they are rounded."""

    minimum: int = FIXED_MIN
    maximum: int = FIXED_MAX

    @property
    def allowed(self) -> str:
        limits = f"{format_fixed(self.minimum)} to {format_fixed(self.maximum)}"
        return f'a decimal number in quotes ("60.5") or a whole number, from {limits}'

    def parse(self, value: object) -> int:
        if isinstance(value, float):
            raise ValueError("is a binary fraction; write it in quotes")
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError
        number = _fixed(str(value))
        if not self.minimum <= number <= self.maximum:
            raise ValueError("is out of range")
        return number

    def format(self, value: int) -> object:
        return format_fixed(value)


@dataclass(frozen=True, slots=True)
class Duration(ValueParser[int]):
    """A time span → nanoseconds. "0" means off and is allowed if minimum_ns is 0."""

    minimum_ns: int = 0
    maximum_ns: int = 366 * NANOSECONDS_OF["d"]

    @property
    def allowed(self) -> str:
        off = ', or "0" for off' if self.minimum_ns == 0 else ""
        lowest = f"at least {format_quantity(self.minimum_ns, NANOSECONDS_OF)}, "
        highest = f"at most {format_quantity(self.maximum_ns, NANOSECONDS_OF)}"
        limits = highest if self.minimum_ns == 0 else lowest + highest
        return f"{DURATION_FORM}, {limits}{off}"

    def parse(self, value: object) -> int:
        duration_ns = parse_quantity(expect_text(value), NANOSECONDS_OF)
        if not self.minimum_ns <= duration_ns <= self.maximum_ns:
            raise ValueError("is out of range")
        return duration_ns

    def format(self, value: int) -> object:
        return format_quantity(value, NANOSECONDS_OF)


@dataclass(frozen=True, slots=True)
class ByteSize(ValueParser[int]):
    """An amount of memory or disk → bytes."""

    minimum_bytes: int = 0
    maximum_bytes: int = 2**62

    @property
    def allowed(self) -> str:
        lowest = format_quantity(self.minimum_bytes, BYTES_OF)
        highest = format_quantity(self.maximum_bytes, BYTES_OF)
        return f"{SIZE_FORM}, from {lowest} to {highest}"

    def parse(self, value: object) -> int:
        size_bytes = parse_quantity(expect_text(value), BYTES_OF)
        if not self.minimum_bytes <= size_bytes <= self.maximum_bytes:
            raise ValueError("is out of range")
        return size_bytes

    def format(self, value: int) -> object:
        return format_quantity(value, BYTES_OF)


def _fixed(text: str) -> int:
    try:
        value, is_rounded = round_fixed(text)
    except ValueError:
        raise ValueError from None
    if is_rounded:
        raise ValueError(f"has more than {DECIMALS} decimals")
    return value
