"""numbers → byte ranges of a file: where the n-th thing stands.

8 bytes a range, offset and length in one integer: a million reports are 8 MB, whatever their
length.
"""

from array import array
from dataclasses import dataclass, field

from tradestack.store.journal import PAYLOAD_BYTES_MAX

LENGTH_BITS = PAYLOAD_BYTES_MAX.bit_length()  # the rest, 43 bits, is an offset of up to 8 TiB
_LENGTH_MASK = (1 << LENGTH_BITS) - 1


@dataclass(slots=True)
class Ranges:
    """Byte ranges by index, in the order in which they were appended."""

    _packed: "array[int]" = field(default_factory=lambda: array("Q"))

    def append(self, offset: int, length: int) -> None:
        """The next range begins at `offset` and has `length` bytes."""
        self._packed.append(offset << LENGTH_BITS | length)

    def __len__(self) -> int:
        """How many ranges there are."""
        return len(self._packed)

    def __getitem__(self, index: int) -> tuple[int, int]:
        """Offset and length of the range at `index`, counted from 0."""
        packed = self._packed[index]
        return packed >> LENGTH_BITS, packed & _LENGTH_MASK

    def slice(self, begin: int, end: int) -> list[tuple[int, int]]:
        """The same of all from `begin` up to before `end`, fewer where there are no more."""
        return [
            (packed >> LENGTH_BITS, packed & _LENGTH_MASK) for packed in self._packed[begin:end]
        ]
