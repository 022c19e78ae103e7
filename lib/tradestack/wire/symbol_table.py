"""Symbols numbered by slot, and whole columns of symbols translated to slots at once.

An open hash table over the 24 bytes of a feed packet's symbol field, taken as three integers. A
column is looked up in whole: hash, fetch the slot, compare the symbols; the few that met another
symbol at their place try the next one. That takes about 15 ns a record; a dict takes 90.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.symbol import SYMBOL_LENGTH_MAX
from tradestack.wire.feed import SYMBOL_FIELD

Slots = NDArray[np.intp]
SymbolFields = NDArray[np.bytes_]  # one dimension of SYMBOL_FIELD, right-padded with spaces
NO_SLOT = -1  # of a symbol that is not in the table

_Words = Sequence[NDArray[np.uint64]]  # the three integers of a field, a column each

_WORDS = np.dtype([("first", "<u8"), ("second", "<u8"), ("third", "<u8")])
assert _WORDS.itemsize == SYMBOL_LENGTH_MAX
# Odd 64-bit numbers without pattern (multiplicative hashing: Knuth, TAOCP 3, 6.4).
_FACTORS = tuple(
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
)
# Enough places that most symbols are found at the first one they are looked for.
_PLACES_PER_SYMBOL = 8


class SymbolTable:
    """The slots 0, 1, 2, … of up to `symbols_max` symbols, given in the order of `add`."""

    __slots__ = ("_mask", "_places", "_shift", "_slots", "_words", "symbols_max")

    def __init__(self, symbols_max: int) -> None:
        self.symbols_max = symbols_max
        bits = (symbols_max * _PLACES_PER_SYMBOL).bit_length()
        self._slots: dict[bytes, int] = {}
        self._places = np.full(1 << bits, NO_SLOT, np.intp)
        self._mask = (1 << bits) - 1
        self._shift = np.uint64(64 - bits)
        # One more than there are slots: NO_SLOT is compared with it, and never equal to it.
        self._words = [np.zeros(symbols_max + 1, np.uint64) for _ in _FACTORS]

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, field: bytes) -> bool:
        return field in self._slots

    def fields(self) -> Collection[bytes]:
        """Return the symbol fields that have a slot, in the order of their slots."""
        return self._slots.keys()

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
        words = _words_of(np.array([field], SYMBOL_FIELD))
        place = int(self._hash(words)[0])
        while self._places[place] != NO_SLOT:
            place = (place + 1) & self._mask
        self._places[place] = slot
        for held, word in zip(self._words, words, strict=True):
            held[slot] = word[0]
        return slot

    def find_all(self, fields: SymbolFields) -> Slots:
        """Return the slot of each symbol field, NO_SLOT for those that have none."""
        words = _words_of(fields)
        if len(fields) and all((word == word[0]).all() for word in words):  # a feed of one symbol
            return np.full(len(fields), self.find(bytes(fields[0])), np.intp)
        places = self._hash(words)
        slots = self._places.take(places)
        others = np.flatnonzero(self._is_other(slots, words))
        while others.size:
            others = others[slots[others] != NO_SLOT]
            places[others] = (places[others] + 1) & self._mask
            slots[others] = self._places[places[others]]
            others = others[self._is_other(slots[others], [word[others] for word in words])]
        return slots

    def add_all(self, fields: SymbolFields) -> Slots:
        """Return the slot of each symbol field, new ones where needed, as `add` gives them."""
        slots = self.find_all(fields)
        missing = slots == NO_SLOT
        if missing.any():
            for position in np.flatnonzero(missing).tolist():
                slots[position] = self.add(bytes(fields[position]))
        return slots

    def _hash(self, words: _Words) -> Slots:
        mixed = words[0] * _FACTORS[0]
        for word, factor in zip(words[1:], _FACTORS[1:], strict=True):
            mixed += word * factor
        places: Slots = (mixed >> self._shift).view(np.intp)
        return places

    def _is_other(self, slots: Slots, words: _Words) -> NDArray[np.bool_]:
        """Return where the slot is another symbol's, or none."""
        other = np.zeros(len(slots), np.bool_)
        for held, word in zip(self._words, words, strict=True):
            other |= held[slots] != word
        return other


def _words_of(fields: SymbolFields) -> _Words:
    """Return the three integers of each field, a column each."""
    words = fields.view(_WORDS)
    return [np.ascontiguousarray(words[name]) for name in ("first", "second", "third")]
