"""Numbers with a unit ⇄ integers of the smallest: "1.5s" ⇄ 1_500_000_000, "64MiB" ⇄ 67_108_864.

duration := number unit | "0"        unit := "ns" | "us" | "ms" | "s" | "min" | "h" | "d"
size     := number unit | "0"        unit := "B" | "KiB" | "MiB" | "GiB" | "TiB"
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from tradestack.domain.clock import (
    DAY_NS,
    NANOSECONDS_PER_MICROSECOND,
    NANOSECONDS_PER_MILLISECOND,
    NANOSECONDS_PER_SECOND,
)

NANOSECONDS_OF: Mapping[str, int] = MappingProxyType(
    {
        "ns": 1,
        "us": NANOSECONDS_PER_MICROSECOND,
        "ms": NANOSECONDS_PER_MILLISECOND,
        "s": NANOSECONDS_PER_SECOND,
        "min": 60 * NANOSECONDS_PER_SECOND,
        "h": 3_600 * NANOSECONDS_PER_SECOND,
        "d": DAY_NS,
    }
)
BYTES_OF: Mapping[str, int] = MappingProxyType(
    {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
)
DURATION_FORM = f'a time with its unit ({", ".join(NANOSECONDS_OF)}), as in "30s"'
SIZE_FORM = f'a size with its unit ({", ".join(BYTES_OF)}), as in "64MiB"'

_QUANTITY = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,9}))? ?([A-Za-z]+)", re.ASCII)


def parse_quantity(text: str, unit_sizes: Mapping[str, int]) -> int:
    """`"1.5s"` → 1_500_000_000 with NANOSECONDS_OF.

    Raises ValueError, also for a fraction of the smallest unit; the text says what is wrong, the
    form that belongs to the units what is allowed.
    """
    stripped = text.strip()
    if stripped == "0":
        return 0
    match = _QUANTITY.fullmatch(stripped)
    if match is None:
        raise ValueError("has no unit" if stripped.isdigit() else "is not a number with a unit")
    whole, fraction, unit = match.groups(default="")
    if unit not in unit_sizes:
        raise ValueError(f"has an unknown unit {unit!r}")
    denominator: int = 10 ** len(fraction)
    size, remainder = divmod(int(whole + fraction) * unit_sizes[unit], denominator)
    if remainder:
        raise ValueError("is finer than the smallest unit")
    return size


def format_quantity(value: int, unit_sizes: Mapping[str, int]) -> str:
    """Return the shortest text in whole units: 60_000_000_000 → "1min"; 0 → "0"."""
    if value == 0:
        return "0"
    whole_units = [unit for unit, size in unit_sizes.items() if value % size == 0]
    largest = max(whole_units, key=lambda unit: unit_sizes[unit])
    return f"{value // unit_sizes[largest]}{largest}"


def format_mebibytes(size_bytes: int) -> str:
    """Return a size to read and compare, not to write into a config: "1,024.0 MiB"."""
    return f"{size_bytes / BYTES_OF['MiB']:,.1f} MiB"


def counted(count: int, noun: str) -> str:
    """Return a number of things: 1 tick, 1,000 ticks."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
