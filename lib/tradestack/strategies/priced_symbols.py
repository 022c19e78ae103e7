"""The symbols that a feed has priced, found in whole columns of symbols.

A feed consists almost entirely of prices, so none is looked at in Python: symbols are hashed and
compared by the batch against a table of known ones. Only symbols that the table does not hold are
handled one by one, each once (or again when two known symbols share a slot, which only costs time).

    slot of the table: the 24 bytes of a symbol as three u64, at the hash of the three
"""

import numpy as np
from numpy.typing import NDArray

from tradestack.wire.feed import TICK_PACKET

# Four times the most symbols the stack serves (4,096), so that few of them share a slot.
SLOTS_BITS = 14

_WORDS = 3  # 24 bytes
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64
)
_SHIFT = np.uint64(64 - SLOTS_BITS)

Symbols = NDArray[np.bytes_]  # one dimension of S24, padded with spaces


class PricedSymbols:
    """The symbols that have had a price."""

    __slots__ = ("_known", "_slots")

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._slots = np.zeros((_WORDS, 1 << SLOTS_BITS), dtype=np.uint64)

    def __contains__(self, symbol: bytes) -> bool:
        return symbol in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, symbol: bytes) -> None:
        """Add one symbol."""
        self._known.add(symbol)

    def absorb(self, symbols: Symbols) -> dict[bytes, int]:
        """Makes all of them known; those that were not before, with the index of their first."""
        words = np.ascontiguousarray(symbols).view(np.uint64).reshape(-1, _WORDS)
        first, middle, last = words[:, 0], words[:, 1], words[:, 2]
        slots = (
            first * _MULTIPLIERS[0] ^ middle * _MULTIPLIERS[1] ^ last * _MULTIPLIERS[2]
        ) >> _SHIFT
        held = self._slots[0].take(slots) == first
        held &= self._slots[1].take(slots) == middle
        held &= self._slots[2].take(slots) == last
        if held.all():
            return {}
        strange = np.flatnonzero(~held)
        taken, owners = np.unique(slots[strange], return_index=True)
        self._slots[:, taken] = words[strange[owners]].T
        names, places = np.unique(symbols[strange], return_index=True)
        fresh = {
            name: int(strange[place])
            for name, place in zip(names.tolist(), places.tolist(), strict=True)
            if name not in self._known
        }
        self._known.update(fresh)
        return fresh


def _hash(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return a slot for each row of words."""
    slots = words[:, 0] * _MULTIPLIER
    for word in range(1, _WORDS):
        slots = (slots ^ words[:, word]) * _MULTIPLIER
    return slots >> _SHIFT
