"""Strategies at a desk, without a feed session: what they ask for and what they read."""

from tests.kit.strategies import EPOCH, configured
from tests.trading.executions import execution
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Side
from tradestack.domain.tick import Tick, TickKind
from tradestack.strategies import PriceTick, Strategy
from tradestack.strategies.intent import AnyIntent
from tradestack.trading.desk.desk import TradingDesk
from tradestack.trading.desk.handled_feed import MessageFeed
from tradestack.trading.desk.own_view import OwnView


class Asking(Strategy):
    """A strategy whose requests a test makes."""

    interactive = True

    def on_tick(self, tick: PriceTick) -> None:
        """Do nothing."""


class AtDesk:
    """An interactive strategy while it handles a message; its quantity is 10."""

    def __init__(self) -> None:
        self.feed = MessageFeed()
        self.view = OwnView()
        self.desk = TradingDesk(EPOCH, self.feed, self.view)
        self.strategy = configured(Asking, quantity=10).begin(self.desk)
        self._sequence = 0
        self._fills = 0

    def tick(self, symbol: str, price: int) -> None:
        """Go on to another message."""
        self._sequence += 1
        self.feed.enter(Tick(self._sequence, TickKind.PRICE, symbol, 1, 2, price, 0))
        self.desk.sequence = self._sequence

    def fill(self, symbol: str, side: Side, quantity: int, price: int, fee: int = 0) -> None:
        """Let an order be filled that was sent in another life, or by a person."""
        self._fills += 1
        self.view.take(
            execution(
                f"other-{self._fills}",
                ExecType.TRADE,
                0,
                symbol=symbol,
                side=side,
                last_quantity=quantity,
                last_price=price,
                commission=fee,
            )
        )

    def take(self, *reports: ExecutionReport) -> None:
        """Let reports be visible."""
        for report in reports:
            self.view.take(report)

    def asked(self) -> list[AnyIntent]:
        """Take what was requested."""
        return list(self.desk.take_intents())
