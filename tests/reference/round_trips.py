"""fills → round trips, from flat to flat in one symbol, in fractions."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.orders import ZERO, Fill


@dataclass
class RoundTrip:
    """A round trip: bought, sold: quantity and money of each side; is_open: something is held."""

    symbol: str
    side: str
    first: int  # the message of its first fill, and of its last one
    last: int
    bought: Fraction = ZERO
    paid: Fraction = ZERO
    sold: Fraction = ZERO
    received: Fraction = ZERO
    fees: Fraction = ZERO

    @property
    def held(self) -> Fraction:
        """What is held, below 0 if it is short."""
        return self.bought - self.sold

    @property
    def profit(self) -> Fraction:
        """What a closed one has earned, before fees."""
        return self.received - self.paid

    def take(self, fill: Fill, quantity: Fraction, fee: Fraction) -> None:
        """Take a fill, or a part of it."""
        if fill.side == "BUY":
            self.bought += quantity
            self.paid += quantity * fill.price
        else:
            self.sold += quantity
            self.received += quantity * fill.price
        self.fees += fee
        self.last = fill.sequence


def round_trips(fills: Sequence[Fill]) -> list[RoundTrip]:
    """Return the round trips of one account, in the order in which they began."""
    trips: list[RoundTrip] = []
    for fill in fills:
        own = [trip for trip in trips if trip.symbol == fill.symbol]
        left = fill.quantity
        if own and own[-1].held:
            trip = own[-1]
            is_against = (trip.held > 0) == (fill.side == "SELL")
            part = min(left, abs(trip.held)) if is_against else left
            trip.take(fill, part, fill.fee * part / fill.quantity)
            left -= part
        if left:
            trips.append(RoundTrip(fill.symbol, fill.side, fill.sequence, fill.sequence))
            trips[-1].take(fill, left, fill.fee * left / fill.quantity)
    return trips
