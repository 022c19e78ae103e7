"""The requests of an account, what becomes of an order, and its fills."""

from dataclasses import dataclass, field
from fractions import Fraction

ZERO = Fraction(0)


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order that was accepted. cause: the message that it was sent for, 0 = before the first."""

    account: str
    cl_ord_id: str
    symbol: str
    side: str  # BUY, SELL
    quantity: Fraction
    ord_type: str = "MARKET"  # or LIMIT
    time_in_force: str = "GTC"  # or DAY, IOC, FOK
    price: Fraction | None = None
    cause: int


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """A request for the end of an order."""

    account: str
    cl_ord_id: str
    orig_cl_ord_id: str
    cause: int


@dataclass(frozen=True, kw_only=True)
class Replace:
    """A request for another quantity, in all, and another price."""

    account: str
    cl_ord_id: str
    orig_cl_ord_id: str
    quantity: Fraction
    price: Fraction | None = None
    cause: int


Request = NewOrder | Cancel | Replace


@dataclass(frozen=True)
class Fill:
    """A part of an order, traded against message `sequence`."""

    cl_ord_id: str
    symbol: str
    side: str
    quantity: Fraction
    price: Fraction
    sequence: int
    fee: Fraction


@dataclass(eq=False)
class OrderState:
    """An order, and what became of it so far."""

    cl_ord_id: str
    symbol: str
    side: str
    quantity: Fraction
    time_in_force: str
    limit: Fraction | None
    ord_status: str = "NEW"
    cum_quantity: Fraction = ZERO
    notional: Fraction = ZERO
    fees: Fraction = ZERO
    is_resting: bool = False
    # by a FOK: (quantity, price, sequence)
    reserved: list[tuple[Fraction, Fraction, int]] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.ord_status not in ("NEW", "PARTIALLY_FILLED")

    @property
    def missing(self) -> Fraction:
        """What is neither filled nor reserved."""
        return self.quantity - self.cum_quantity - sum(part[0] for part in self.reserved)

    def worse_by(self, slippage: Fraction, price: Fraction) -> Fraction:
        """Price → one that is less favourable."""
        return price + slippage if self.side == "BUY" else price - slippage

    def gain(self, price: Fraction) -> Fraction:
        """Price → by how much it is better than the limit of a LIMIT order."""
        assert self.limit is not None
        return self.limit - price if self.side == "BUY" else price - self.limit
