"""Sizes of trades: ×10⁻⁸, 0 where there is none."""

from operator import index


def checked_size(size: int) -> int:
    """Return the size as an integer of Python. Raises ValueError if it is below 0."""
    size = index(size)
    if size < 0:
        raise ValueError(f"size is {size}, allowed is 0 (a trade without a size) or more")
    return size
