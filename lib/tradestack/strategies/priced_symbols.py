"""The symbols that a feed has priced, found in whole columns of symbols.

A feed consists almost entirely of prices, so none is looked at in Python: symbols are hashed and
compared by the batch against a table of known ones. Only symbols that the table does not hold are
handled one by one, each once (or again when two known symbols share a slot, which only costs time).

    slot of the table: a symbol field as u32 words, at the hash of the words
"""

import numpy as np
from numpy.typing import NDArray

from tradestack.wire.feed import TICK_PACKET

# Four times the most symbols the stack serves (4,096), so that few of them share a slot.
SLOTS_BITS = 14

_WORDS = TICK_PACKET["symbol"].itemsize // 4
_MULTIPLIER = np.uint32(0x9E3779B1)
_SHIFT = np.uint32(32 - SLOTS_BITS)

Symbols = NDArray[np.bytes_]  # one dimension of symbol fields, padded with spaces


class PricedSymbols:
    """The symbols that have had a price."""

    __slots__ = ("_known", "_slots")

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._slots = np.zeros((_WORDS, 1 << SLOTS_BITS), dtype=np.uint32)

    def __contains__(self, symbol: bytes) -> bool:
        return symbol in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, symbol: bytes) -> None:
        """Add one symbol."""
        self._known.add(symbol)

    def absorb(self, symbols: Symbols) -> dict[bytes, int]:
        """Add all symbols; return those that were not known, with the index of their first."""
        words = np.ascontiguousarray(symbols).view(np.uint32).reshape(-1, _WORDS)
        slots = _hash(words)
        held = self._slots[0].take(slots) == words[:, 0]
        for word in range(1, _WORDS):
            held &= self._slots[word].take(slots) == words[:, word]
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
