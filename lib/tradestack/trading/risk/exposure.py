"""Positions and working orders → what they come to at worst, and what that is worth.

At worst is: all working orders of one side fill, and none of the other. Quantities, prices and
money are integers ×10⁻⁸; what is not a whole 10⁻⁸ is rounded up.
"""

import msgspec

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """A position, below 0 if it is short, and the leaves of the working orders of each side."""

    position: int = 0
    buy_leaves: int = 0
    sell_leaves: int = 0

    @property
    def long_quantity(self) -> int:
        """Return the position after all buys; below 0 if it stays short."""
        return self.position + self.buy_leaves

    @property
    def short_quantity(self) -> int:
        """Return the short position after all sells; below 0 if it stays long."""
        return self.sell_leaves - self.position

    @property
    def worst_quantity(self) -> int:
        """Return the largest position, long or short, that the working orders can lead to."""
        return max(abs(self.long_quantity), abs(self.short_quantity))

    def quantity_towards(self, side: Side) -> int:
        """Return the position in the direction of the side after all its working orders."""
        return self.long_quantity if side is Side.BUY else self.short_quantity

    def with_leaves(self, side: Side, quantity: int) -> "Exposure":
        """Return the exposure with so much more leaves on the side, or less if below 0."""
        buys, sells = self.buy_leaves, self.sell_leaves
        if side is Side.BUY:
            buys += quantity
        else:
            sells += quantity
        return Exposure(position=self.position, buy_leaves=buys, sell_leaves=sells)

    def is_reduced_by(self, side: Side) -> bool:
        """Return whether the position only shrinks if all working orders of the side fill.

        It may end at 0, but not on the other side of it: that would open a position.
        """
        after = self.long_quantity if side is Side.BUY else -self.short_quantity
        if self.position > 0:
            return 0 <= after < self.position
        return self.position < after <= 0


def notional_of(quantity: int, price: int) -> int:
    """Quantity, price → what it is worth, rounded up; a price below 0 is as much of a risk."""
    notional: int = -(-quantity * abs(price) // SCALE)
    return notional
