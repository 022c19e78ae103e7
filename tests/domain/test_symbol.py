"""Symbols: which texts can name an instrument."""

import pytest

from tradestack.domain.symbol import SYMBOL_LENGTH_MAX, is_symbol


@pytest.mark.parametrize(
    "text", ["A", "SPY", "BRK.B", "EUR/USD", "BTC-PERP", "~!", "X" * SYMBOL_LENGTH_MAX]
)
def test_printable_ascii_is_a_symbol(text: str) -> None:
    """Any characters but spaces, up to the length of the packet's field."""
    assert is_symbol(text)


@pytest.mark.parametrize(
    "text", ["", " ", "A B", "A\n", "\tA", "Ä", "A\x7f", "X" * (SYMBOL_LENGTH_MAX + 1)]
)
def test_other_text_is_not_a_symbol(text: str) -> None:
    """Empty text, spaces, control characters, non-ASCII text and long text are refused."""
    assert not is_symbol(text)
