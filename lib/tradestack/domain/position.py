"""A position in one symbol: netted, at average cost, in exact integers.

quantity   ×10⁻⁸   above 0 long, below 0 short
cost       ×10⁻¹⁶  Σ quantity·price of what is held, with the sign of the quantity
realized   ×10⁻¹⁶  profit of what was closed, before fees
fees       ×10⁻⁸   of all fills

The average price is the pair (cost, quantity); it is divided only to be shown. A fill that closes
part of a position takes cost·closed/quantity away, rounded half to even at ×10⁻¹⁶, and what that
rounds off stays in the cost of the rest. So, whatever the fills,

    realized = cost − Σ signed quantity·price        (signed: a buy above 0, a sale below)

holds exactly: no money appears or is lost by rounding.
"""

import msgspec

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.domain.order import Side


def signed_quantity(side: Side, quantity: int) -> int:
    """Return what the fill adds to a position: a sale takes away."""
    return quantity if side is Side.BUY else -quantity


class Position(msgspec.Struct, frozen=True, gc=False):
    """The quantity held of one symbol, its cost, and the profit made with it."""

    quantity: int = 0
    cost: int = 0
    realized: int = 0
    fees: int = 0

    @property
    def average_price(self) -> int | None:
        """Return the price ×10⁻⁸ that what is held cost, half to even; None if flat."""
        return divide_half_even(self.cost, self.quantity) if self.quantity else None

    @property
    def realized_net(self) -> int:
        """Return the realized profit ×10⁻¹⁶ less all fees."""
        return self.realized - self.fees * SCALE

    def with_fill(self, side: Side, quantity: int, price: int, fee: int) -> "Position":
        """Return the position after a fill.

        The same side adds its cost. The other side reduces at the average price; what goes
        through zero opens the other side at the price of the fill.
        """
        signed = signed_quantity(side, quantity)
        if self.quantity * signed >= 0:
            cost_closed, closed = 0, 0
        elif quantity < abs(self.quantity):
            cost_closed, closed = divide_half_even(self.cost * -signed, self.quantity), -signed
        else:
            cost_closed, closed = self.cost, self.quantity
        opened = signed + closed
        return Position(
            quantity=self.quantity + signed,
            cost=self.cost - cost_closed + opened * price,
            realized=self.realized + closed * price - cost_closed,
            fees=self.fees + fee,
        )

    def market_value(self, mark: int) -> int:
        """Return the value ×10⁻¹⁶ at a price ×10⁻⁸; below 0 for a short position."""
        return self.quantity * mark

    def unrealized(self, mark: int) -> int:
        """Return the profit ×10⁻¹⁶ that closing at the price would realize, before fees."""
        return self.quantity * mark - self.cost
