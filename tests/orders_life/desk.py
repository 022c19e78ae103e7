"""A client that plays scenarios at a real order manager, which may be killed between any steps."""

from collections.abc import Collection, Sequence

from tests.kit.feed_file import FeedFile
from tests.kit.order_manager import OrderManager
from tests.orders_life.notation import Step, message_of, report_text
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order
from tradestack.domain.requests import OrderStatusRequest, Request

# In a symbol of its own: what comes before its report is all there is.
LAST_NAME = "LAST"
LAST_ORDER = f"D {LAST_NAME} 1 OTHER"
READ_DEADLINE_S = 60
TRADE_PRICE = 99.0  # past the limit of a buy at 100, so it fills all that it can


class Desk:
    """One user in one feed session, with the client's side of exactly-once.

    It resumes its stream after a restart, and sends again what it has no answer to.
    """

    def __init__(self, manager: OrderManager, user: str, feed: FeedFile) -> None:
        self.manager = manager
        self.feed = feed
        self.exec_ids: list[str] = []
        self._user = user
        self._unanswered: list[Order | Request | OrderStatusRequest] = []
        self._client = manager.client(user)
        self._client.socket.settimeout(READ_DEADLINE_S)

    def play(self, steps: Sequence[Step], kills: Collection[int] = ()) -> list[Step]:
        """Take the steps; return them with the reports that came, up to the first that differs.

        kills: the order manager is killed at 2n after action n, at 2n + 1 after its reports.
        """
        taken: list[Step] = []
        for number, step in enumerate(steps):
            self.act(step.action)
            if 2 * number in kills:
                self.restart()
            taken.append(Step(step.action, tuple(self.read(len(step.reports)))))
            if taken[-1] != step:
                return taken
            if 2 * number + 1 in kills:
                self.restart()
        return taken

    def act(self, action: str) -> None:
        """Send a message, or let something happen to the feed or the order session."""
        kind, *words = action.split()
        message = message_of(action, self.feed.session_id)
        if message is not None:
            self.send(message)
        elif kind == "trade":
            quantity, *price = words
            self.feed.trade(
                float(quantity), float(price[0].removeprefix("@")) if price else TRADE_PRICE
            )
        elif kind == "news":
            self.feed.news()
        elif kind == "end":
            self.feed.end()
        elif kind == "halt":
            change = {"state": "HALTED", "reason": action, "cancel": "keep" not in words}
            self.manager.call("SetTradingState", change)
        elif kind == "active":
            self.manager.call("SetTradingState", {"state": "ACTIVE", "reason": action})
        elif kind == "cancel-orders":
            self.manager.call("CancelOrders", {"reason": action})
        else:
            assert kind == "roll", action
            self._roll()

    def send(self, *messages: Order | Request | OrderStatusRequest) -> None:
        """Send messages, and keep them until they are answered."""
        self._unanswered += messages
        self._client.send(*messages)

    def read(self, count: int) -> list[str]:
        """Return the next reports as text; with them everything that was sent is answered."""
        if not count:
            return []
        reports = self.receive(count)
        self._unanswered.clear()
        self.exec_ids += [
            report.exec_id
            for report in reports
            if isinstance(report, ExecutionReport) and report.exec_type is not ExecType.ORDER_STATUS
        ]
        return [report_text(report) for report in reports]

    def receive(self, count: int) -> list[object]:
        """Return the next messages as they are."""
        return self._client.receive(count)

    def forget_unanswered(self) -> None:
        """Send nothing again that has no answer."""
        self._unanswered.clear()

    def last_steps(self) -> list[Step]:
        """Return as a step what comes before the report on one more order: nothing should."""
        message = message_of(LAST_ORDER, self.feed.session_id)
        assert message is not None
        self.send(message)
        steps = []
        while (report := self.read(1)[0]).split()[1] != LAST_NAME:
            steps.append(Step("unasked", (report,)))
        return steps

    def restart(self) -> None:
        """Kill the order manager, start another one, and go on there."""
        self.manager.kill()
        self.manager.start()
        self.reconnect()

    def reconnect(self) -> None:
        """Lose the connection, resume the stream, and send again what is not answered."""
        session, sequence = self._client.session_id, self._client.next_sequence
        self._client.close()
        self._log_in(session, sequence)

    def close(self) -> None:
        """Log out."""
        self._client.close()

    def _roll(self) -> None:
        """Begin another order session; go on at its first report."""
        self.manager.call("NewSession")
        self._client.rest()
        self._client.close()
        self._log_in("", 1)

    def _log_in(self, session: str, sequence: int) -> None:
        self._client = self.manager.client(self._user, session, sequence)
        self._client.socket.settimeout(READ_DEADLINE_S)
        if self._unanswered:
            self._client.send(*self._unanswered)
