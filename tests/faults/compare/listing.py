"""Differences, as lines for people."""

from collections import Counter
from collections.abc import Hashable, Iterable

SHOWN_MAX = 5  # differences of one kind that are listed one by one


def multiset_differences(
    what: str, expected: Iterable[Hashable], found: Iterable[Hashable]
) -> list[str]:
    """Return a line for each item that is missing or comes too often; a Counter counts as such."""
    one, other = Counter(expected), Counter(found)
    lost, added = one - other, other - one
    return [
        *shown(f"{what} missing: {item} ×{count}" for item, count in lost.items()),
        *shown(f"{what} too many: {item} ×{count}" for item, count in added.items()),
    ]


def shown(lines: Iterable[str]) -> list[str]:
    """List the first lines one by one, and count all of them."""
    listed = list(lines)
    if len(listed) <= SHOWN_MAX:
        return listed
    return [*listed[:SHOWN_MAX], f"and {len(listed) - SHOWN_MAX} more like these"]
