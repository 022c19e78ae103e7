"""the requests of one account, and the feed → fills.

Time is event time. A request caused by message n arrives at time(n) + entry latency, and takes
effect at the first message m > n with time(m) ≥ arrival. At each message, in this order: windows
that are over end; requests take effect, in the order sent; the message trades; the requests that it
caused are sent. Quantities, prices and fees are multiples of 10⁻⁸.

Quantity. Of each trade, the account can have participation · size, rounded down; a trade of size 0
counts as one of default_size. The orders of the symbol take from it in the order of arrival.

Price. A MARKET order fills at the price of the trade, made worse for it by the slippage, half to
even. A LIMIT order is marketable if the last trade before the message at which it takes effect was
at its limit or better. It then fills like a MARKET order, but never past its limit, until the first
trade that is worse than its limit: from there on it rests. A resting order fills at its limit, by a
trade that is better (`through`), or at least as good (`touch`).

IOC and FOK have a window: from the first trade of their symbol that they can meet, whatever its
price, to ioc_window_ns later; at the first message after that they are CANCELED. A FOK reserves its
part of each trade, and fills by all of them at the trade that completes it; nobody gets what it
reserved in vain. At the end of the feed every order that still works is EXPIRED.

A cancel or replace names the newest ClOrdID of its order; otherwise, or if that order is done, it
does nothing. A replace that changes the price or raises the quantity makes the order arrive again,
after the others; any other leaves it in its place. A quantity of no more than what was filled
makes it FILLED. Its window goes on; a FOK that has reserved something cannot be replaced here.

Fees. What an order has cost so far is the minimum or, if that is more, the rates · what was filled,
half to even; a fill costs what it adds to that.

Not here: checks of orders, latencies and slippages that are drawn, the limit model `queue`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.feed import Message, round_down, round_half_even
from tests.reference.orders import ZERO, Cancel, Fill, NewOrder, OrderState, Replace, Request

BASIS_POINT = Fraction(1, 10_000)
WITH_WINDOW = ("IOC", "FOK")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How orders meet the feed. Of the slippages, one is 0."""

    entry_latency_ns: int = 0
    participation: Fraction = Fraction(1)  # of each trade's size
    default_size: Fraction = ZERO  # of a trade of size 0
    slippage_basis_points: Fraction = ZERO
    slippage_ticks: int = 0
    tick_size: Fraction = Fraction("0.01")
    limit_model: str = "through"  # or "touch"
    ioc_window_ns: int = 0
    fee_per_share: Fraction = ZERO
    fee_basis_points: Fraction = ZERO
    fee_minimum: Fraction = ZERO  # of each order that was filled at all


class Execution:
    """The orders of one account; its requests are given in the order sent."""

    def __init__(self, requests: Sequence[Request], settings: Settings) -> None:
        causes = [request.cause for request in requests]
        if causes != sorted(causes):
            raise ValueError("a request was sent for a message before that of the previous request")
        self.orders: list[OrderState] = []  # all that were sent
        self._settings = settings
        self._to_send = deque(requests)
        self._under_way: deque[tuple[int, Request]] = deque()  # (arrival, request)
        self._by_id: dict[str, OrderState] = {}  # under the newest ClOrdID
        self._working: dict[str, list[OrderState]] = {}  # by symbol, in the order of arrival
        self._window_ends_ns: dict[OrderState, int] = {}  # of those that have begun
        self._last_prices: dict[str, Fraction] = {}
        self._send(cause=0, time_ns=0)

    def handle(self, message: Message) -> list[Fill]:
        """Take the next message; return what was filled at it."""
        for order, end_ns in list(self._window_ends_ns.items()):
            if end_ns < message.time_ns:
                self._finish(order, "CANCELED")
        while self._under_way and self._under_way[0][0] <= message.time_ns:
            self._take_effect(self._under_way.popleft()[1])
        fills = self._trade(message) if message.is_trade else []
        self._send(message.sequence, message.time_ns)
        return fills

    def end(self) -> None:
        """End what still works, as the feed has ended."""
        if self._to_send:
            raise ValueError(f"no message {self._to_send[0].cause}: it causes a request")
        for order in self.orders:
            if not order.is_done:
                order.ord_status = "EXPIRED"

    def _send(self, cause: int, time_ns: int) -> None:
        while self._to_send and self._to_send[0].cause == cause:
            request = self._to_send.popleft()
            self._under_way.append((time_ns + self._settings.entry_latency_ns, request))
            if isinstance(request, NewOrder):
                order = OrderState(
                    request.cl_ord_id,
                    request.symbol,
                    request.side,
                    request.quantity,
                    request.time_in_force,
                    request.price if request.ord_type == "LIMIT" else None,
                )
                self.orders.append(order)
                self._by_id[request.cl_ord_id] = order

    def _take_effect(self, request: Request) -> None:
        if isinstance(request, NewOrder):
            self._arrive(self._by_id[request.cl_ord_id])
            return
        order = self._by_id.get(request.orig_cl_ord_id)
        if order is None or order.is_done:
            return
        if isinstance(request, Cancel):
            self._finish(order, "CANCELED")
        else:
            self._replace(order, request)

    def _arrive(self, order: OrderState) -> None:
        last = self._last_prices.get(order.symbol)
        order.is_resting = order.limit is not None and (last is None or order.gain(last) < 0)
        self._working.setdefault(order.symbol, []).append(order)

    def _replace(self, order: OrderState, request: Replace) -> None:
        if order.reserved:
            raise ValueError(f"{request.cl_ord_id}: replaces a FOK that has reserved something")
        keeps_place = request.price == order.limit and request.quantity <= order.quantity
        self._by_id[request.cl_ord_id] = self._by_id.pop(order.cl_ord_id)
        order.cl_ord_id, order.limit = request.cl_ord_id, request.price
        order.quantity = max(request.quantity, order.cum_quantity)
        if order.quantity == order.cum_quantity:
            self._finish(order, "FILLED")
        elif not keeps_place:
            self._working[order.symbol].remove(order)
            self._arrive(order)

    def _trade(self, message: Message) -> list[Fill]:
        size = message.size or self._settings.default_size
        available = round_down(self._settings.participation * size)
        fills: list[Fill] = []
        for order in list(self._working.get(message.symbol, ())):
            self._open_window(order, message.time_ns)
            price = self._price(order, message.value)
            quantity = min(available, order.missing)
            if price is None or quantity == 0:
                continue
            available -= quantity
            order.reserved.append((quantity, price, message.sequence))
            if order.time_in_force != "FOK" or order.missing == 0:
                fills += self._fill(order)
        self._last_prices[message.symbol] = message.value
        return fills

    def _open_window(self, order: OrderState, time_ns: int) -> None:
        if order.time_in_force in WITH_WINDOW:
            self._window_ends_ns.setdefault(order, time_ns + self._settings.ioc_window_ns)

    def _price(self, order: OrderState, trade: Fraction) -> Fraction | None:
        """Return what the order pays or gets, None if it does not fill at this trade."""
        if order.limit is None:
            return self._slipped(order, trade)
        if order.is_resting:
            gain = order.gain(trade)
            fills = gain >= 0 if self._settings.limit_model == "touch" else gain > 0
            return order.limit if fills else None
        if order.gain(trade) < 0:
            order.is_resting = True
            return None
        slipped = self._slipped(order, trade)
        return slipped if order.gain(slipped) >= 0 else order.limit

    def _slipped(self, order: OrderState, trade: Fraction) -> Fraction:
        of_price = trade * self._settings.slippage_basis_points * BASIS_POINT
        of_ticks = self._settings.slippage_ticks * self._settings.tick_size
        return round_half_even(order.worse_by(of_price + of_ticks, trade))

    def _fill(self, order: OrderState) -> list[Fill]:
        """Fill by all that is reserved."""
        fills = []
        for quantity, price, sequence in order.reserved:
            order.cum_quantity += quantity
            order.notional += quantity * price
            fees = self._fees(order)
            fee, order.fees = fees - order.fees, fees
            fills.append(
                Fill(order.cl_ord_id, order.symbol, order.side, quantity, price, sequence, fee)
            )
        order.reserved.clear()
        order.ord_status = "PARTIALLY_FILLED"
        if order.missing == 0:
            self._finish(order, "FILLED")
        return fills

    def _fees(self, order: OrderState) -> Fraction:
        of_quantity = order.cum_quantity * self._settings.fee_per_share
        of_notional = order.notional * self._settings.fee_basis_points * BASIS_POINT
        return round_half_even(max(self._settings.fee_minimum, of_quantity + of_notional))

    def _finish(self, order: OrderState, ord_status: str) -> None:
        order.ord_status = ord_status
        self._working[order.symbol].remove(order)
        self._window_ends_ns.pop(order, None)
