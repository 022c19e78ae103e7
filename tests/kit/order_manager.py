"""A real order manager in a process of its own."""

from pathlib import Path
from typing import ClassVar

from tests.kit.blocking_client import BlockingClient
from tests.kit.daemon import Daemon

USER = "news"


class OrderManager(Daemon):
    """An order manager that is configured to accept orders of any age."""

    module = "tradestack_order_manager"
    listener = "orders"
    interface = "io.tradestack.OrderManager"
    users: ClassVar[tuple[str, ...]] = (USER, "other")

    def __init__(self, directory: Path) -> None:
        self.order_log = directory / "order_log.txt"
        super().__init__(directory)
        self.configure()

    def required_keys(self) -> dict[str, object]:
        """Return the common keys and the order log; no limits, no execution, no daily session."""
        return {
            **super().required_keys(),
            "order_log": self.order_log,
            "max_order_age": "0",
            "new_session_at": "never",
            "execution": {"model": "none"},
        }

    def client(self, user: str = USER, session: str = "", sequence: int = 1) -> BlockingClient:
        """Connect a client that is logged in."""
        return self.raw_client(user).login(session, sequence)

    def raw_client(self, user: str = USER) -> BlockingClient:
        """Connect a client that has not logged in."""
        return self.connect(user)

    def log_numbers(self) -> list[int]:
        """Return the order numbers in the order log, line by line."""
        self.stats()  # a line may be written a loop pass after its report
        self.stats_when(lambda stats: not stats["order_log_behind"])  # lines follow their reports
        return [
            int(line.split()[3].rstrip(":")) for line in self.order_log.read_text().splitlines()
        ]
