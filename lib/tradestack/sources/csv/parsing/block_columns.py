"""A column of a block of CSV lines, and its numbers and words, all rows at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import DECIMALS

Bytes = NDArray[np.uint8]
Integers = NDArray[np.int64]

POWERS = 10 ** np.arange(19, dtype=np.int64)
NUMBER_SIZE_MAX = 19  # characters: 18 digits, which 64 bits always hold, and a point
WORD_SIZE = 8  # characters that are compared at once
ZERO = ord("0")


class NotPlain(Exception):
    """Something in the block is out of the ordinary, right or wrong."""


def require(condition: bool) -> None:  # noqa: FBT001 - it is a statement, not an option
    """Raise NotPlain unless the condition holds."""
    if not condition:
        raise NotPlain


@dataclass(frozen=True, slots=True)
class Field:
    """One field of each row: where it begins and ends in the text."""

    text: Bytes
    starts: Integers
    ends: Integers
    sizes: Integers  # of characters


@dataclass(frozen=True, slots=True)
class Numbers:
    """Decimal numbers without their point: digits × 10^-decimals."""

    digits: Integers
    decimals: Integers


def numbers(field: Field, point: str) -> Numbers:
    """Parse plain decimals, a blank as 0: from the left, a character of all rows at a time."""
    sizes = field.sizes
    width = int(sizes.max())
    require(width <= NUMBER_SIZE_MAX)
    point_byte = ord(point)
    number = np.zeros(len(sizes), np.int64)
    decimals = np.zeros(len(sizes), np.int64)
    pointed = np.zeros(len(sizes), np.bool_)
    for place in range(width):
        within = place < sizes
        character = field.text.take(field.starts + place, mode="clip")
        is_point = (character == point_byte) & within
        digit = character - np.uint8(ZERO)
        counts = within & ~is_point
        require(not (is_point & (pointed if place else ~pointed)).any())
        require(not (counts & (digit > 9)).any())
        number = np.where(counts, number * 10 + digit, number)
        decimals += counts & pointed
        pointed |= is_point
    require(not (pointed & (decimals == 0)).any() and int(decimals.max(initial=0)) <= DECIMALS)
    require(width < NUMBER_SIZE_MAX or bool((pointed | (sizes < NUMBER_SIZE_MAX)).all()))
    return Numbers(number, decimals)


@dataclass(frozen=True, slots=True)
class Words:
    """The first WORD_SIZE characters of each row's field, zeros after its end, and its size."""

    characters: Bytes
    sizes: Integers

    def upper(self) -> "Words":
        """Return them in capitals."""
        small = (self.characters >= ord("a")) & (self.characters <= ord("z"))
        return Words(self.characters - (small * np.uint8(32)), self.sizes)

    def are(self, word: str) -> NDArray[np.bool_]:
        """Return which rows have this word."""
        rows: NDArray[np.bool_] = self.begin_with(word) & (self.sizes == len(word))
        return rows

    def begin_with(self, prefix: str) -> NDArray[np.bool_]:
        """Return which rows begin so."""
        require(len(prefix) <= WORD_SIZE)
        wanted = np.frombuffer(prefix.encode(), np.uint8)
        rows: NDArray[np.bool_] = (self.characters[:, : len(wanted)] == wanted).all(axis=1)
        return rows


def words(field: Field) -> Words:
    """Return the words of a column."""
    sizes = field.sizes
    places = np.arange(min(WORD_SIZE, int(sizes.max())))
    characters = np.zeros((len(sizes), WORD_SIZE), np.uint8)
    text = field.text.take(field.starts[:, None] + places, mode="clip")
    characters[:, : len(places)] = np.where(places < sizes[:, None], text, np.uint8(0))
    return Words(characters, sizes)
