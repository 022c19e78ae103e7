"""Fair shares of a limited number: an owner loses one only to an owner who has fewer."""

from collections import Counter
from collections.abc import Iterable


def who_gives_way(owners: Iterable[str], newcomer: str) -> str | None:
    """Return the owner of most, if the newcomer will still have less with one more; else None.

    owners: of each thing that is held.
    """
    held = Counter(owners)
    largest, most = max(held.items(), key=lambda item: item[1], default=(newcomer, 0))
    return largest if held[newcomer] + 1 < most else None
