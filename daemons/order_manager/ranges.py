"""numbers → byte ranges of a file: where the n-th thing stands.

12 bytes a range: a million reports are 12 MB, whatever their length.
"""

from array import array
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ranges:
    """Byte ranges by index, in the order in which they were appended."""

    _offsets: "array[int]" = field(default_factory=lambda: array("Q"))
    _lengths: "array[int]" = field(default_factory=lambda: array("I"))

    def append(self, offset: int, length: int) -> None:
        """The next range begins at `offset` and has `length` bytes."""
        self._offsets.append(offset)
        self._lengths.append(length)

    def __len__(self) -> int:
        """How many ranges there are."""
        return len(self._offsets)

    def __getitem__(self, index: int) -> tuple[int, int]:
        """Offset and length of the range at `index`, counted from 0."""
        return self._offsets[index], self._lengths[index]
