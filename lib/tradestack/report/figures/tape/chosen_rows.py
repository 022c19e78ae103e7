"""The choice of the rows of a long column that a chart is drawn from."""

import numpy as np
from numpy.typing import NDArray

from tradestack.report.figures.exact import Integers

_ROWS_PER_BUCKET = 4


def chosen_rows(values: NDArray[np.int64] | NDArray[np.float64], rows_max: int) -> Integers:
    """Return at most `rows_max` rows, ascending: all, or of as many equal parts as that allows the
    first, the last, the lowest and the highest.

    A line through them looks like one through all (M4: Jugel et al., VLDB 2014).
    """
    count = len(values)
    if count <= rows_max:
        return np.arange(count)
    edges = np.linspace(0, count, rows_max // _ROWS_PER_BUCKET + 1).astype(np.int64)
    chosen = [edges[:-1], edges[1:] - 1]
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = values[begin:end]
        chosen.append(np.array([begin + int(part.argmin()), begin + int(part.argmax())]))
    return np.unique(np.concatenate(chosen))


def spread_rows(count: int, rows_max: int) -> Integers:
    """Return at most `rows_max` of `count` rows, evenly, with the first and the last."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, rows_max)).astype(np.int64))
