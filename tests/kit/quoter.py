"""An interactive strategy for tests: it quotes both sides of each symbol's last price."""

from tradestack.strategies import (
    ExecType,
    ExecutionReport,
    NewsItem,
    OwnOrder,
    PriceTick,
    Report,
    Side,
    Strategy,
    TimeInForce,
    whole_number,
)


class Quoter(Strategy):
    """Quotes around the last price, lower when it is long and higher when it is short.

    It replaces a quote that is off, cancels one in three of them instead, and trades out of a
    position beyond the limit as soon as it sees the fill.
    """

    interactive = True

    spread: int = whole_number(2, minimum=1, maximum=10**8, doc="From the price to a quote, ×10⁻⁸.")
    position_max: int = whole_number(30, minimum=1, maximum=10**12, doc="Position, ×10⁻⁸.")

    def on_start(self) -> None:
        """Begin without having seen anything."""
        self.sequence = 0
        self.seen: list[tuple[int, Report]] = []  # with the number of the message before which

    def on_tick(self, tick: PriceTick) -> None:
        """Put the quotes of the symbol where they belong."""
        self.sequence = tick.sequence
        middle = tick.price - self.position(tick.symbol) // 10
        for side, distance in ((Side.BUY, -self.spread), (Side.SELL, self.spread)):
            price = max(1, middle + distance)
            quotes = [
                order
                for order in self.working.values()
                if (order.symbol, order.side) == (tick.symbol, side) and order.price is not None
            ]
            for quote in quotes:
                if quote.price != price and quote.changed_by is None:
                    self.change(tick, quote, price)
            if not quotes:
                (self.buy if side is Side.BUY else self.sell)(tick.symbol, price=price)

    def on_news(self, news: NewsItem) -> None:
        """Cancel everything."""
        self.sequence = news.sequence
        for name in list(self.working):
            self.cancel(name)

    def on_report(self, report: Report) -> None:
        """Trade out of a position beyond the limit."""
        self.seen.append((self.sequence + 1, report))
        if not isinstance(report, ExecutionReport) or report.exec_type is not ExecType.TRADE:
            return
        assert report.symbol is not None
        position = self.position(report.symbol)
        if abs(position) > self.position_max:
            trade = self.sell if position > 0 else self.buy
            trade(report.symbol, abs(position), time_in_force=TimeInForce.IOC)

    def change(self, tick: PriceTick, quote: OwnOrder, price: int) -> None:
        """Move a quote, or cancel it."""
        if tick.sequence % 3 == 0:
            self.cancel(quote.cl_ord_id)
        else:
            self.replace(quote.cl_ord_id, quote.quantity, price)
