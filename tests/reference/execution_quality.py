"""feed, orders and fills → what execution cost, by the definitions, in fractions.

s is 1 of a BUY and −1 of a SELL. An order has a decision price, the last one of its symbol up to
its cause, and an arrival price, the last one before the first message that it can meet: after its
cause, and not before its arrival. Costs are above 0. Every sum is over orders, or over fills.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.feed import Message
from tests.reference.orders import ZERO

SECOND = 10**9
HORIZONS = (0, SECOND, 10 * SECOND, 60 * SECOND, 300 * SECOND)


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An accepted order: what was asked for, the message that caused it, and when it arrives."""

    name: str
    symbol: str
    side: str
    quantity: Fraction
    cause: int
    arrival_ns: int


@dataclass(frozen=True)
class Traded:
    """A fill of an order at message `sequence`."""

    name: str
    quantity: Fraction
    price: Fraction
    sequence: int
    fee: Fraction


@dataclass(kw_only=True)
class Costs:
    """The figures; a ratio is None where it would be one of nothing."""

    delay: Fraction
    execution: Fraction
    opportunity: Fraction
    fees: Fraction
    decided: Fraction
    fill_ratio: Fraction | None
    arrival_slippage: Fraction | None
    vwap_slippage: Fraction | None
    participation: Fraction | None
    times_to_fill: list[int]
    markouts: list[tuple[int, Fraction | None, int]]  # fills, share of value, adverse fills


def costs(feed: Sequence[Message], orders: Sequence[Ordered], fills: Sequence[Traded]) -> Costs:
    """Return the figures of all these orders together."""
    delay = execution = opportunity = fees = decided = ZERO
    value_ordered = value_filled = value_arrived = vwap_cost = vwap_value = ZERO
    filled_in_volume = volume_seen = ZERO
    times: list[int] = []
    trades_of = _trades(feed)
    for order in orders:
        sign = 1 if order.side == "BUY" else -1
        own = [fill for fill in fills if fill.name == order.name]
        trades = trades_of[order.symbol]
        can_meet = (each for each in feed[order.cause :] if each.time_ns >= order.arrival_ns)
        first = next((each.sequence for each in can_meet), len(feed) + 1)
        price_decided = [each.value for each in trades if each.sequence <= order.cause][-1]
        price_arrived = [each.value for each in trades if each.sequence < first][-1]
        filled = sum((fill.quantity for fill in own), ZERO)
        paid = sum((fill.quantity * fill.price for fill in own), ZERO)
        decided += order.quantity * price_decided
        value_ordered += order.quantity * price_decided
        value_filled += filled * price_decided
        opportunity += sign * (order.quantity - filled) * (trades[-1].value - price_decided)
        if not own:
            continue
        delay += sign * filled * (price_arrived - price_decided)
        execution += sign * (paid - filled * price_arrived)
        value_arrived += filled * price_arrived
        fees += sum(fill.fee for fill in own)
        last = max(fill.sequence for fill in own)
        times.append(feed[last - 1].time_ns - order.arrival_ns)
        during = [each for each in trades if first <= each.sequence <= last]
        volume = sum((each.size for each in during), ZERO)
        if volume:
            vwap = sum(each.size * each.value for each in during) / volume
            vwap_cost += sign * (paid - filled * vwap)
            vwap_value += filled * vwap
            filled_in_volume += filled
            volume_seen += volume
    return Costs(
        delay=delay,
        execution=execution,
        opportunity=opportunity,
        fees=fees,
        decided=decided,
        fill_ratio=_share(value_filled, value_ordered),
        arrival_slippage=_share(execution, value_arrived),
        vwap_slippage=_share(vwap_cost, vwap_value),
        participation=_share(filled_in_volume, volume_seen),
        times_to_fill=sorted(times),
        markouts=[_markout(feed, orders, fills, horizon) for horizon in HORIZONS],
    )


def _markout(
    feed: Sequence[Message], orders: Sequence[Ordered], fills: Sequence[Traded], horizon: int
) -> tuple[int, Fraction | None, int]:
    by_name, trades_of = {order.name: order for order in orders}, _trades(feed)
    count = adverse = 0
    gain = value = ZERO
    for fill in fills:
        order = by_name[fill.name]
        later = feed[fill.sequence - 1].time_ns + horizon
        if later > feed[-1].time_ns:
            continue
        price = ZERO
        for each in trades_of[order.symbol]:
            if each.time_ns > later:
                break
            price = each.value
        moved = (price - fill.price) * fill.quantity * (1 if order.side == "BUY" else -1)
        count += 1
        adverse += moved < 0
        gain += moved
        value += fill.price * fill.quantity
    return count, _share(gain, value), adverse


def _trades(feed: Sequence[Message]) -> dict[str, list[Message]]:
    """Return the trades of each symbol."""
    trades: dict[str, list[Message]] = {}
    for each in feed:
        if each.is_trade:
            trades.setdefault(each.symbol, []).append(each)
    return trades


def _share(part: Fraction, whole: Fraction) -> Fraction | None:
    return part / whole if whole else None
