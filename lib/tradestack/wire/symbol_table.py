"""Symbols numbered by slot, and whole columns of symbols translated to slots at once.

An open hash table over the 24 bytes of a feed packet's symbol field, taken as three integers. A
column is looked up in whole: hash, fetch the slot, compare the symbols; the few that met another
symbol at their place try the next one. That takes about 15 ns a record; a dict takes 90.
"""

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.wire.feed import SYMBOL_FIELD

Slots = NDArray[np.intp]
SymbolFields = NDArray[np.bytes_]  # one dimension of SYMBOL_FIELD, right-padded with spaces
NO_SLOT = -1  # of a symbol that is not in the table

_WORDS = np.dtype([("first", "<u8"), ("second", "<u8"), ("third", "<u8")])
assert _WORDS.itemsize == SYMBOL_LENGTH_MAX
# Odd 64-bit numbers without pattern (multiplicative hashing: Knuth, TAOCP 3, 6.4).
_FACTORS = {
    "first": np.uint64(0x9E3779B97F4A7C15),
    "second": np.uint64(0xC2B2AE3D27D4EB4F),
    "third": np.uint64(0x165667B19E3779F9),
}
# So many places that most symbols are found at the first one.
_PLACES_PER_SYMBOL = 8


class SymbolTable:
    """The slots 0, 1, 2, … of up to `symbols_max` symbols, given in the order of `add`."""

    __slots__ = ("_mask", "_places", "_shift", "_slots", "_words", "symbols_max")

    def __init__(self, symbols_max: int) -> None:
        self.symbols_max = symbols_max
        bits = (symbols_max * _PLACES_PER_SYMBOL).bit_length()
        self._slots: dict[bytes, int] = {}
        self._places = np.full(1 << bits, NO_SLOT, np.int32)
        self._mask = (1 << bits) - 1
        self._shift = np.uint64(64 - bits)
        # One more than there are slots: NO_SLOT is compared with it, and never equal to it.
        self._words = np.zeros(symbols_max + 1, _WORDS)

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, field: bytes) -> bool:
        return field in self._slots

    def find(self, field: bytes) -> int:
        """Return the slot of a symbol field, NO_SLOT if it has none."""
        return self._slots.get(field, NO_SLOT)

    def add(self, field: bytes) -> int:
        """Return a symbol field's slot, a new one if needed; NO_SLOT if the table is full."""
        slot = self._slots.get(field)
        if slot is not None:
            return slot
        slot = len(self._slots)
        if slot == self.symbols_max:
            return NO_SLOT
        self._slots[field] = slot
        words = np.array([field], SYMBOL_FIELD).view(_WORDS)
        place = int(self._hash(words)[0])
        while self._places[place] != NO_SLOT:
            place = (place + 1) & self._mask
        self._places[place] = slot
        self._words[slot] = words[0]
        return slot

    def find_all(self, fields: SymbolFields) -> Slots:
        """Return the slot of each symbol field, NO_SLOT for those that have none."""
        words = fields.view(_WORDS)
        places = self._hash(words)
        slots = self._places.take(places).astype(np.intp)
        others = np.flatnonzero(self._is_other(slots, words))
        while others.size:
            others = others[slots[others] != NO_SLOT]
            places[others] = (places[others] + 1) & self._mask
            slots[others] = self._places[places[others]]
            others = others[self._is_other(slots[others], words[others])]
        return slots

    def add_all(self, fields: SymbolFields) -> Slots:
        """Return the slot of each symbol field, new ones where needed, as `add` gives them."""
        slots = self.find_all(fields)
        for position in np.flatnonzero(slots == NO_SLOT).tolist():
            slots[position] = self.add(bytes(fields[position]))
        return slots

    def _hash(self, words: NDArray[np.void]) -> Slots:
        mixed = words["first"] * _FACTORS["first"]
        mixed += words["second"] * _FACTORS["second"]
        mixed += words["third"] * _FACTORS["third"]
        places: Slots = (mixed >> self._shift).astype(np.intp)
        return places

    def _is_other(self, slots: Slots, words: NDArray[np.void]) -> NDArray[np.bool_]:
        """Tell where the slot is another symbol's, or none."""
        held = self._words.take(slots, mode="wrap")
        other: NDArray[np.bool_] = (
            (held["first"] != words["first"])
            | (held["second"] != words["second"])
            | (held["third"] != words["third"])
        )
        return other
