"""Decimal text ⇄ integers ×10⁻⁸: prices, quantities and sentiments, never floats.

text      [-] digits [. digits]            "168.23"
integer   value × 10⁸, signed 64 bit       16_823_000_000
"""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import lru_cache

DECIMALS = 8
SCALE: int = 10**DECIMALS
FIXED_MAX = 2**63 - 1
FIXED_MIN = -(2**63)

# A number longer than this is an attack or a broken file, not a price.
TEXT_LENGTH_MAX = 64

# Quantities and prices recur, and each of an order is formatted twice: for report and log.
_FORMATTED_MAX = 4_096

_PLAIN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_CONTEXT = Context(prec=400)


def parse_fixed(text: str) -> int:
    """Decimal text → integer ×10⁻⁸; raises ValueError if it is invalid or would be rounded."""
    value, rounded = round_fixed(text)
    if rounded:
        raise ValueError(f"{text!r} has more than {DECIMALS} decimals")
    return value


class OutOfRange(ValueError):
    """A number that 64 bits ×10⁻⁸ do not hold."""


def round_fixed(text: str, exponent: int = 0) -> tuple[int, bool]:
    """Decimal text × 10^exponent → nearest integer ×10⁻⁸, half to even; whether it was rounded.

    Raises ValueError for anything that is not a finite decimal number, OutOfRange beyond 64 bits.
    """
    match = _PLAIN.fullmatch(text)
    if match is None or len(text) > TEXT_LENGTH_MAX:
        return _round_scientific(text, exponent)
    sign, whole, fraction = match.groups(default="")
    if exponent or len(fraction) > DECIMALS:
        return _round_scientific(text, exponent)
    magnitude = int(whole) * SCALE + int(fraction.ljust(DECIMALS, "0") or "0")
    return _in_range(-magnitude if sign else magnitude, text), False


@lru_cache(_FORMATTED_MAX)
def format_fixed(value: int) -> str:
    """Integer ×10⁻⁸ → shortest decimal text: 16_823_000_000 → "168.23"."""
    whole, fraction = divmod(abs(value), SCALE)
    sign = "-" if value < 0 else ""
    if not fraction:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{fraction:08d}".rstrip("0")


def format_money(value: int) -> str:
    """Integer ×10⁻¹⁶, quantity times price → decimal text with 8 decimals at most, half to even."""
    return format_fixed(divide_half_even(value, SCALE))


def divide_half_even(numerator: int, denominator: int) -> int:
    """Integers → the integer nearest to their quotient, half to even; the denominator is not 0."""
    quotient, remainder = divmod(numerator, denominator)  # rounded down; the remainder is left
    twice, whole = 2 * abs(remainder), abs(denominator)
    return quotient + (twice > whole or (twice == whole and quotient % 2 == 1))


def _round_scientific(text: str, exponent: int) -> tuple[int, bool]:
    if len(text) > TEXT_LENGTH_MAX or _SCIENTIFIC.fullmatch(text) is None:
        raise ValueError(f"{text[:TEXT_LENGTH_MAX]!r} is not a decimal number")
    try:
        scaled = _CONTEXT.multiply(Decimal(text), Decimal(SCALE).scaleb(exponent))
        nearest = scaled.to_integral_value(rounding=ROUND_HALF_EVEN)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a decimal number") from error
    if abs(nearest) > -FIXED_MIN:
        raise OutOfRange(f"{text!r} is out of range")
    return _in_range(int(nearest), text), nearest != scaled


def _in_range(value: int, text: str) -> int:
    if not FIXED_MIN <= value <= FIXED_MAX:
        raise OutOfRange(f"{text!r} is out of range")
    return value
