"""Byte ranges of a file by number: where the n-th record or report is.

A range takes 8 bytes, offset and length in one integer: a million reports are 8 MB, whatever their
length.
"""

from array import array
from dataclasses import dataclass, field

LENGTH_BITS = 21  # up to 2 MiB, more than a journal's payload has; the offset may have 43 bits
_LENGTH_MASK = (1 << LENGTH_BITS) - 1


@dataclass(slots=True)
class Ranges:
    """Byte ranges by index, in the order in which they were appended."""

    _packed: "array[int]" = field(default_factory=lambda: array("Q"))

    def append(self, offset: int, length: int) -> None:
        """Append a range; raise OverflowError beyond 8 TiB."""
        assert length <= _LENGTH_MASK, f"a range of {length} bytes"
        self._packed.append(offset << LENGTH_BITS | length)

    def replace(self, index: int, offset: int, length: int) -> None:
        """Put another range in the place of the one at `index`."""
        assert length <= _LENGTH_MASK, f"a range of {length} bytes"
        self._packed[index] = offset << LENGTH_BITS | length

    def append_repeatedly(self, offset: int, length: int, count: int) -> None:
        """Append one range `count` times."""
        self._packed.extend(array("Q", [offset << LENGTH_BITS | length]) * count)

    def __len__(self) -> int:
        """Return the number of ranges."""
        return len(self._packed)

    def __getitem__(self, index: int) -> tuple[int, int]:
        """Return offset and length of the range at `index`, counted from 0."""
        packed = self._packed[index]
        return packed >> LENGTH_BITS, packed & _LENGTH_MASK

    def slice(self, begin: int, end: int) -> list[tuple[int, int]]:
        """Return offset and length of the ranges from `begin` up to before `end`."""
        return [
            (packed >> LENGTH_BITS, packed & _LENGTH_MASK) for packed in self._packed[begin:end]
        ]
