"""Columns of many points → the indexes of few, with every extreme that a chart would show."""

from collections.abc import Sequence


def thinned(columns: Sequence[Sequence[float | None]], length: int, points_max: int) -> list[int]:
    """Return at most points_max indexes of 0 to length − 1, in order, the first and last included.

    Of each stretch of the columns the places of its lowest and highest value are kept.
    """
    if length <= points_max:
        return list(range(length))
    stretches = max(1, (points_max - 2) // (2 * max(1, len(columns))))
    kept = {0, length - 1}
    for number in range(stretches):
        begin, end = number * length // stretches, (number + 1) * length // stretches
        for column in columns:
            known = _known(column, begin, end)
            if known:
                kept |= {min(known)[1], max(known)[1]}
    return sorted(kept)


def spread(length: int, points_max: int) -> list[int]:
    """Return at most points_max indexes of 0 to length − 1 at even distances, with both ends."""
    if length <= points_max:
        return list(range(length))
    return [index * (length - 1) // (points_max - 1) for index in range(points_max)]


def _known(column: Sequence[float | None], begin: int, end: int) -> list[tuple[float, int]]:
    """Return the values of a stretch that are there, each with its index."""
    values = ((column[index], index) for index in range(begin, end))
    return [(value, index) for value, index in values if value is not None]
