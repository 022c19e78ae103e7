"""The money of an account at the end of its fills, exactly, ×10⁻¹⁶."""

from collections.abc import Iterable

from tradestack.domain.fixed_point import SCALE
from tradestack.report.figures.traded import Fill


def cash_after(cash: int, fills: Iterable[Fill]) -> int:
    """Return the cash after fills, from what it was before."""
    for fill in fills:
        cash -= fill.sign * fill.quantity * fill.price + fill.fee * SCALE
    return cash


def market_value(quantities: Iterable[int], marks: Iterable[int]) -> int:
    """Return what positions are worth at their marks; both ×10⁻⁸."""
    return sum(map(int.__mul__, quantities, marks))
