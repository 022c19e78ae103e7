"""Texts of order messages → the values that they stand for.

Most texts recur: symbols, quantities, session ids. Each form keeps the value of every text that it
has accepted, so a text that was seen before costs one lookup; as patterns of the JSON decoder the
same rules would take longer than all the rest of decoding an order.
"""

import re
from collections.abc import Callable
from typing import TypeVar, cast

from tradestack.domain.fixed_point import DECIMALS, SCALE, format_fixed, parse_fixed
from tradestack.domain.symbol import SYMBOL_FORM, is_symbol

ValueT = TypeVar("ValueT", str, int)

# A fill has a price of the feed, up to 2^63, and its fee is a share of that price times a quantity.
LONG_DIGITS_MAX = 24
LONG_DECIMAL_MAX = 10**LONG_DIGITS_MAX * SCALE - 1

# Of each form. At the limit all are dropped: a client that always sends new texts makes orders
# slower and nothing else.
TEXTS_KNOWN_MAX = 1_024


class InvalidText(ValueError):
    """Text that its field does not accept."""


class TextForm(dict[str | None, ValueT]):
    """Mapping of the texts that a field accepts to their values; an absent field is None.

    A lookup raises InvalidText for a text that the form does not accept.
    words: the form in words, for error texts.
    """

    __slots__ = ("_matches", "_parse", "words")

    def __init__(
        self, words: str, matches: Callable[[str], object], parse: Callable[[str], ValueT]
    ) -> None:
        super().__init__()
        self.words = words
        self._matches = matches
        self._parse: Callable[[str], ValueT] = parse

    def __missing__(self, text: str | None) -> ValueT:
        """Parse a text that is met for the first time, and keep its value."""
        if text is None:
            value = cast("ValueT", None)  # an absent field has no value, and nothing is wrong
        elif self._matches(text):
            value = self._parse(text)
        else:
            raise InvalidText(text)
        if len(self) >= TEXTS_KNOWN_MAX:
            self.clear()
        self[text] = value
        return value

    def accepts(self, text: str | None) -> bool:
        """Return whether a field accepts the text."""
        try:
            self[text]
        except InvalidText:
            return False
        return True


def is_cl_ord_id(text: str) -> bool:
    """Return whether the text has 1 to 64 characters from ! to ~."""
    return 0 < len(text) <= 64 and text.isascii() and text.isprintable() and " " not in text


def check_cl_ord_id(text: str) -> str:
    """Return the text, or raise InvalidText. ClOrdIDs do not recur, so none is kept."""
    if is_cl_ord_id(text):
        return text
    raise InvalidText(text)


def format_optional(value: int | None) -> str | None:
    """Integer ×10⁻⁸ → decimal text; of an absent field none."""
    return None if value is None else format_fixed(value)


def _parse_long(text: str) -> int:
    """Decimal text of a report → integer ×10⁻⁸, which may take more than 64 bits."""
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(DECIMALS, "0"))


def _matching(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern, re.ASCII).fullmatch


CL_ORD_ID = TextForm("1 to 64 printable ASCII characters without spaces", is_cl_ord_id, str)
SYMBOL = TextForm(SYMBOL_FORM, is_symbol, str)
WORD = TextForm("1 to 32 printable ASCII characters without spaces", _matching(r"[!-~]{1,32}"), str)
SESSION_ID = TextForm(
    "a session id: 10 digits and capital letters", _matching(r"[0-9A-Z]{10}"), str
)
QUANTITY = TextForm(
    'a decimal number as in "10.5", at most 10 digits and 8 decimals',
    _matching(r"(0|[1-9]\d{0,9})(\.\d{1,8})?"),
    parse_fixed,
)
SIGNED_DECIMAL = TextForm(
    'a decimal number as in "-10.5", at most 10 digits and 8 decimals',
    _matching(r"-?(0|[1-9]\d{0,9})(\.\d{1,8})?"),
    parse_fixed,
)
LONG_DECIMAL = TextForm(
    f'a decimal number as in "-10.5", at most {LONG_DIGITS_MAX} digits and 8 decimals',
    _matching(rf"-?(0|[1-9]\d{{0,{LONG_DIGITS_MAX - 1}}})(\.\d{{1,8}})?"),
    _parse_long,
)
