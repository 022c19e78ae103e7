"""text → symbol: what may name an instrument.

A symbol is 1 to 12 printable ASCII characters without spaces: shares, FX pairs, crypto and
futures fit; 21-character option symbols do not. The limit is the feed packet's field (PROTOCOL.md).
"""

import re

SYMBOL_LENGTH_MAX = 12

_SYMBOL = re.compile(r"[!-~]{1,12}", re.ASCII)


def is_symbol(text: str) -> bool:
    """Whether the text can name an instrument, unchanged."""
    return _SYMBOL.fullmatch(text) is not None
