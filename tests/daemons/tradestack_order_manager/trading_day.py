"""An order manager that executes orders on a feed log which the test writes."""

from pathlib import Path
from typing import Any

from tests.kit.blocking_client import BlockingClient
from tests.kit.feed_file import FeedFile
from tests.kit.order_manager import OrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest

Limits = dict[str, Any]


class TradingOrderManager(OrderManager):
    """An order manager with a feed session; `feed` appends to it."""

    def __init__(self, directory: Path) -> None:
        self.feed = FeedFile(directory / "gateway")
        self.halt_file = directory / "halt"
        super().__init__(directory)

    def required_keys(self) -> dict[str, object]:
        """Return the common keys, with the tape that executes orders."""
        return {
            **super().required_keys(),
            "execution": {"model": "tape"},
            "feed_log_directory": self.feed.path.parent,
            "halt_file": self.halt_file,
        }

    def limit_users(self, **limits: Any) -> None:
        """Configure limits of each user."""
        self.configure(risk={"each_user": limits})

    def usage(self, user: str | None = None) -> dict[str, tuple[str, int]]:
        """Return what is used of each limit, and its percent, by key and scope."""
        limits = self.call("GetLimits", {"user": user})["limits"]
        return {
            f"{each['key']} of {each['scope']}": (each["used"], each["percent"]) for each in limits
        }

    def set_state(self, state: str, user: str | None = None, *, cancel: bool = False) -> None:
        """Change a trading state."""
        change = {"state": state, "user": user, "reason": "a test", "cancel": cancel}
        self.call("SetTradingState", change)


class Trader:
    """A client that sends orders for the newest message of the feed."""

    def __init__(self, daemon: TradingOrderManager, user: str = "news", sequence: int = 1) -> None:
        self.client: BlockingClient = daemon.client(user, sequence=sequence)
        self._feed = daemon.feed
        self._user = user
        self._names = sequence

    def order(
        self, quantity: int, price: int | None = None, side: Side = Side.BUY
    ) -> ExecutionReport:
        """Send an order; return its report."""
        self.send(quantity, price, side)
        return self.report()

    def send(self, quantity: int, price: int | None = None, side: Side = Side.BUY) -> str:
        """Send an order; return its name."""
        name = self._name()
        order = Order(
            cl_ord_id=name,
            symbol="SPY",
            side=side,
            quantity=quantity * SCALE,
            ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
            time_in_force=TimeInForce.GTC,
            price=None if price is None else price * SCALE,
            feed_session=self._feed.session_id,
            feed_seq=self._feed.head,
        )
        self.client.send(order)
        return name

    def cancel(self, name: str) -> Any:
        """Send a cancel; return the next message."""
        self.client.send(
            OrderCancelRequest(
                cl_ord_id=self._name(),
                orig_cl_ord_id=name,
                feed_session=self._feed.session_id,
                feed_seq=self._feed.head,
            )
        )
        return self.client.receive_one()

    def replace(self, name: str, quantity: int, price: int) -> Any:
        """Send a replace; return the next message."""
        self.client.send(
            OrderCancelReplaceRequest(
                cl_ord_id=self._name(),
                orig_cl_ord_id=name,
                quantity=quantity * SCALE,
                price=price * SCALE,
                feed_session=self._feed.session_id,
                feed_seq=self._feed.head,
            )
        )
        return self.client.receive_one()

    def report(self) -> ExecutionReport:
        """Return the next message, which is a report."""
        report = self.client.receive_one()
        assert isinstance(report, ExecutionReport), report
        return report

    def _name(self) -> str:
        self._names += 1
        return f"{self._user}-{self._names}"
