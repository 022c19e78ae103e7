"""Symbols: the names of instruments.

A symbol is 1 to 24 printable ASCII characters without spaces: shares, FX pairs, coins, futures,
perpetual swaps and options fit. The length is that of the feed packet's field (PROTOCOL.md).
"""

import re
from collections.abc import Iterable

SYMBOL_LENGTH_MAX = 24
# For error messages.
SYMBOL_FORM = f"1 to {SYMBOL_LENGTH_MAX} printable ASCII characters without spaces"
# Symbols that the books have room for, more than any exchange's index has members.
SYMBOLS_MAX = 4_096

_SYMBOL = re.compile(rf"[!-~]{{1,{SYMBOL_LENGTH_MAX}}}", re.ASCII)


def is_symbol(text: str) -> bool:
    """Return whether the text can name an instrument as it is."""
    return _SYMBOL.fullmatch(text) is not None


def listed_symbols(symbols: str | Iterable[str]) -> list[str]:
    """Return a list of one or several symbols: a text alone would be one of its letters."""
    return [symbols] if isinstance(symbols, str) else list(symbols)
