"""Byte ranges of a file by number: where the n-th record or report is.

A range takes 8 bytes, offset and length in one integer: a million reports are 8 MB, whatever their
length.
"""

from array import array
from collections.abc import Callable

LENGTH_BITS = 21  # up to 2 MiB, more than a journal's payload has; the offset may have 43 bits
_LENGTH_MASK = (1 << LENGTH_BITS) - 1


def packed(offset: int, length: int) -> int:
    """Offset, length → the range as one integer."""
    assert length <= _LENGTH_MASK, f"a range of {length} bytes"
    return offset << LENGTH_BITS | length


def unpacked(place: int) -> tuple[int, int]:
    """Range as one integer → offset, length."""
    return place >> LENGTH_BITS, place & _LENGTH_MASK


class Ranges:
    """Byte ranges by index, in the order in which they were appended.

    append: append a packed range; OverflowError beyond 8 TiB. It is the array's own: replay calls
    it three times for each record.
    """

    __slots__ = ("_packed", "append")

    def __init__(self) -> None:
        self._packed = array("Q")
        self.append: Callable[[int], None] = self._packed.append

    def replace(self, index: int, place: int) -> None:
        """Put another packed range in the place of the one at `index`."""
        self._packed[index] = place

    def append_repeatedly(self, place: int, count: int) -> None:
        """Append one packed range `count` times."""
        self._packed.extend(array("Q", [place]) * count)

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self._packed)

    def __getitem__(self, index: int) -> tuple[int, int]:
        """Return offset and length of the range at `index`, counted from 0."""
        return unpacked(self._packed[index])

    def __eq__(self, other: object) -> bool:
        """Return whether the other one has the same ranges."""
        return isinstance(other, Ranges) and self._packed == other._packed

    __hash__ = None  # type: ignore[assignment]

    def slice(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Return offset and length of the ranges from `begin` up to before `end`."""
        return [unpacked(place) for place in self._packed[begin:end]]
