"""Fills → round trips, from flat to flat, at average cost (values/round_trips.py)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.domain.order import Side
from tradestack.domain.position import Position
from tradestack.report.figures.durations import percentiles_of
from tradestack.report.figures.exact import ratio, rounded_money
from tradestack.report.figures.traded import Fill
from tradestack.report.values.round_trips import RoundTrip, RoundTrips

Holder = tuple[str, str]  # user, symbol
_FLAT = Position()


@dataclass(slots=True)
class Trip:
    """A round trip that goes on, or is closed; quantities ×10⁻⁸, paid, received, profit ×10⁻¹⁶.

    position: after its last fill; realized_before: of it, before the round trip.
    """

    holder: Holder
    position: Position
    opened_ns: int
    carried: bool
    side: Side
    realized_before: int = 0
    added: int = 0
    paid: int = 0
    taken: int = 0
    received: int = 0
    fees: int = 0
    fills: int = 0
    closed_ns: int | None = None

    @property
    def profit(self) -> int:
        """What was realized, before fees."""
        return self.position.realized - self.realized_before

    @property
    def profit_net(self) -> int:
        """What was realized, less all fees."""
        return self.profit - self.fees * SCALE

    def fill(self, side: Side, quantity: int, price: int, fee: int, time_ns: int) -> None:
        """Take a fill, or the part of one that does not go through zero."""
        self.position = self.position.with_fill(side, quantity, price, fee)
        self.fees += fee
        self.fills += 1
        if side is self.side:
            self.added += quantity
            self.paid += quantity * price
        else:
            self.taken += quantity
            self.received += quantity * price
        if not self.position.quantity:
            self.closed_ns = time_ns

    def value(self) -> RoundTrip:
        """Return it as a report has it."""
        user, symbol = self.holder
        return RoundTrip(
            user=user,
            symbol=symbol,
            side=self.side,
            quantity=self.added,
            entry_price=divide_half_even(self.paid, self.added),
            exit_price=divide_half_even(self.received, self.taken) if self.taken else None,
            profit=rounded_money(self.profit),
            fees=self.fees,
            fills=self.fills,
            opened=self.opened_ns,
            closed=self.closed_ns,
            carried=self.carried,
        )


def trips_of(
    fills: Iterable[Fill], opening: Mapping[Holder, Position], opened_ns: int
) -> list[Trip]:
    """Return all round trips in the order in which they began.

    fills: in the order made. opening: what was held when the session began, at feed time
    `opened_ns`.
    """
    trips = [
        _carried(holder, position, opened_ns)
        for holder, position in sorted(opening.items())
        if position.quantity
    ]
    current = {trip.holder: trip for trip in trips}
    for fill in fills:
        holder, side = (fill.user, fill.symbol), Side.BUY if fill.sign > 0 else Side.SELL
        trip = current.get(holder)
        held = 0 if trip is None else trip.position.quantity
        through = held * fill.sign < 0 and fill.quantity > abs(held)
        closing = abs(held) if through else fill.quantity
        fee = fill.fee * closing // fill.quantity if through else fill.fee
        if trip is None or not held:
            trip = current[holder] = _new(holder, _FLAT if trip is None else trip.position, fill)
            trips.append(trip)
        trip.fill(side, closing, fill.price, fee, fill.time_ns)
        if through:
            trip = current[holder] = _new(holder, trip.position, fill)
            trips.append(trip)
            rest = fill.quantity - closing
            trip.fill(side, rest, fill.price, fill.fee - fee, fill.time_ns)
    return trips


def final_positions(trips: Iterable[Trip]) -> dict[Holder, Position]:
    """Return what each user has of each symbol after its last fill, closed positions too."""
    return {trip.holder: trip.position for trip in trips}


def round_trips(trips: Iterable[Trip], newest_max: int) -> RoundTrips:
    """Return the sums of all round trips, and the newest of them."""
    trips = list(trips)
    closed = [trip for trip in trips if trip.closed_ns is not None]
    profits = [trip.profit_net for trip in closed]
    gain, loss = gross_profits(closed)
    holding = percentiles_of(
        np.array([trip.closed_ns - trip.opened_ns for trip in closed if trip.closed_ns is not None])
    )
    return RoundTrips(
        closed=len(closed),
        open=len(trips) - len(closed),
        winners=sum(profit > 0 for profit in profits),
        losers=sum(profit < 0 for profit in profits),
        gross_profit=rounded_money(gain),
        gross_loss=rounded_money(loss),
        profit_factor=ratio(gain, loss),
        holding_p50_ns=None if holding is None else holding.p50_ns,
        newest=tuple(trip.value() for trip in trips[len(trips) - min(newest_max, len(trips)) :]),
    )


def gross_profits(closed: Iterable[Trip]) -> tuple[int, int]:
    """Return the sums of the profits and of the losses after fees ×10⁻¹⁶, both at least 0."""
    profits = [trip.profit_net for trip in closed]
    return sum(max(profit, 0) for profit in profits), sum(max(-profit, 0) for profit in profits)


def _new(holder: Holder, position: Position, fill: Fill) -> Trip:
    return Trip(
        holder=holder,
        position=position,
        opened_ns=fill.time_ns,
        carried=False,
        side=Side.BUY if fill.sign > 0 else Side.SELL,
        realized_before=position.realized,
    )


def _carried(holder: Holder, position: Position, opened_ns: int) -> Trip:
    """Return the round trip of a position that an earlier session has left, at what it cost."""
    return Trip(
        holder=holder,
        position=position,
        opened_ns=opened_ns,
        carried=True,
        side=Side.BUY if position.quantity > 0 else Side.SELL,
        realized_before=position.realized,
        added=abs(position.quantity),
        paid=abs(position.cost),
    )
