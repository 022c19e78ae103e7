"""The base of every strategy.

    class Mine(Strategy):
        \"\"\"Buy what has risen, sell what has fallen.\"\"\"

        step: int = decimal("0.5", minimum="0.01", maximum="100", doc="From one order to the next.")

        def on_start(self) -> None:
            self.marks: dict[str, int] = {}

        def on_tick(self, tick: PriceTick) -> None:
            mark = self.marks.setdefault(tick.symbol, tick.price)
            if abs(tick.price - mark) >= self.step:
                (self.buy if tick.price > mark else self.sell)(tick.symbol)
                self.marks[tick.symbol] = tick.price

An object of the class exists for one feed session and keeps its state in attributes, which
`on_start` sets. After a restart the same messages lead to the same state. So the decisions of a
hook must depend on the object and the hook's arguments alone: not on clocks, files or random
numbers without a fixed seed, nor on how the feed is cut into batches.
"""

import re
from collections.abc import Awaitable, Coroutine, Mapping
from typing import Any, ClassVar

from tradestack.domain.execution_report import Report
from tradestack.domain.order import Side, TimeInForce
from tradestack.strategies.desk import Desk, OwnOrder
from tradestack.strategies.messages import NewsItem, PriceTick, TickColumns

_WORD_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
HookResult = Awaitable[None] | None


class Strategy:
    """Decides what to buy and sell; a subclass has hooks, and parameters (parameter.py).

    All prices, quantities and amounts of money are integers ×10⁻⁸: `fixed("0.5")` is 50_000_000.

    name: its name in orders; by default derived from that of the class. value_label: what the
    `value` of its orders is, one word, for people. interactive: whether it reads its reports,
    positions, working orders or equity; then the feed waits until each is known (see `on_report`).

    symbols: the symbols to trade, empty = all of the feed; hooks get messages of these alone.
    quantity: the configured quantity, for orders that do not name one.
    """

    name: ClassVar[str]
    value_label: ClassVar[str] = "price"
    interactive: ClassVar[bool] = False

    def __init__(
        self,
        desk: Desk,
        parameters: Mapping[str, int],
        *,
        symbols: frozenset[str] = frozenset(),
        quantity: int,
    ) -> None:
        self._desk = desk
        self.symbols = symbols
        self.quantity = quantity
        for parameter, value in parameters.items():
            setattr(self, parameter, value)

    def __init_subclass__(cls) -> None:
        if "name" not in vars(cls):
            cls.name = _WORD_BORDER.sub("_", cls.__name__).lower()

    # ---- hooks: plain, or `async def` -----------------------------------------------------------

    def on_start(self) -> None:
        """Handle the start of a feed session, before its first message."""

    def on_tick(self, tick: PriceTick) -> HookResult:
        """Handle the next price."""

    def on_ticks(self, batch: TickColumns) -> None:
        """Handle the next messages as numpy columns, in place of on_tick, on_news and timers.

        Each request names the row that causes it, `cause=i`, in ascending order.
        """

    def on_news(self, news: NewsItem) -> HookResult:
        """Handle the next news item."""

    def on_report(self, report: Report) -> HookResult:
        """Handle a report on the strategy's requests; for an interactive strategy.

        Before on_tick or on_news is called for a message, this is called for each report that is
        visible by then. Requests made here are caused by that message.
        """

    def on_end(self) -> None:
        """Handle the end of the feed session, after its last message."""

    def counters(self) -> Mapping[str, int]:
        """Return counters of this feed session for `tradestackctl stats`, by name.

        A name that the daemon's stats use already is refused.
        """
        return {}

    # ---- requests -------------------------------------------------------------------------------

    def buy(
        self,
        symbol: str,
        quantity: int | None = None,
        *,
        price: int | None = None,
        time_in_force: TimeInForce | None = None,
        value: int | None = None,
        cause: int | None = None,
    ) -> str:
        """Send an order to buy; return its ClOrdID.

        quantity: None = the configured one. price: the limit, for a limit order, which is DAY by
        default; without a price it is a market order, IOC by default. value: the value that led to
        the order, for people; None = the symbol's last price. cause: in on_ticks, the row.
        """
        return self._desk.order(
            symbol,
            Side.BUY,
            self.quantity if quantity is None else quantity,
            price=price,
            time_in_force=time_in_force,
            value=value,
            cause=cause,
        )

    def sell(
        self,
        symbol: str,
        quantity: int | None = None,
        *,
        price: int | None = None,
        time_in_force: TimeInForce | None = None,
        value: int | None = None,
        cause: int | None = None,
    ) -> str:
        """Send an order to sell; as `buy`."""
        return self._desk.order(
            symbol,
            Side.SELL,
            self.quantity if quantity is None else quantity,
            price=price,
            time_in_force=time_in_force,
            value=value,
            cause=cause,
        )

    def target(self, symbol: str, position: int, *, value: int | None = None) -> str | None:
        """Buy or sell up to a position; return the ClOrdID, None if no order is needed.

        The open quantity of working orders counts as held, so repeating a target changes nothing.
        For an interactive strategy.
        """
        missing = position - self.position(symbol)
        for order in self.working.values():
            if order.symbol == symbol:
                is_buy = order.side is Side.BUY
                missing -= order.leaves_quantity if is_buy else -order.leaves_quantity
        if missing == 0:
            return None
        return (self.buy if missing > 0 else self.sell)(symbol, abs(missing), value=value)

    def cancel(self, cl_ord_id: str, *, cause: int | None = None) -> None:
        """Cancel the open quantity of an order; cause: in on_ticks, the row."""
        self._desk.cancel(cl_ord_id, cause=cause)

    def cancel_all(self, symbol: str | None = None) -> None:
        """Cancel the working orders, of one symbol or of all; for an interactive strategy."""
        for order in list(self.working.values()):
            if symbol in (None, order.symbol) and order.changed_by is None:
                self._desk.cancel(order.cl_ord_id, cause=None)

    def replace(
        self,
        cl_ord_id: str,
        quantity: int,
        price: int | None = None,
        *,
        cause: int | None = None,
    ) -> str:
        """Change quantity and price of an order; the quantity includes what is filled.

        Returns the ClOrdID that the order has once the change is accepted.
        """
        return self._desk.replace(cl_ord_id, quantity, price, cause=cause)

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine while the feed goes on, for slow work; at most until the session ends.

        Its requests have no message as their cause and arrive when they are sent, like manual
        ones. So a coroutine that a hook starts for a message from before the start of the process
        is not run, and nothing is repeated after a restart. A backtest runs no coroutines.
        """
        self._desk.background(work)

    # ---- what is known --------------------------------------------------------------------------

    def position(self, symbol: str) -> int:
        """Return the quantity held, below 0 if sold short; for an interactive strategy."""
        return self._desk.position(symbol)

    @property
    def working(self) -> Mapping[str, OwnOrder]:
        """The orders that are sent and not done, by ClOrdID; if interactive.

        The oldest comes first; one that was replaced counts from then.
        """
        return self._desk.working

    @property
    def equity(self) -> int:
        """Profit since the session began, at last prices and less fees; if interactive."""
        return self._desk.equity

    def last_price(self, symbol: str) -> int | None:
        """Return the symbol's newest price up to this message, None if it has had none."""
        return self._desk.last_price(symbol)
