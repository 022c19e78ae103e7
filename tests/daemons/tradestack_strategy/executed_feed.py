"""A feed in this process, and an order manager in one of its own that executes against it."""

from pathlib import Path

from tests.daemons.tradestack_strategy.servers import Feed
from tests.daemons.tradestack_strategy.strategy_runs import StrategyRun
from tests.kit.quoter import Quoter
from tests.kit.strategies import configured
from tests.kit.strategy_process import StrategyProcess
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.domain.execution_report import Report
from tradestack.domain.order import Start
from tradestack.net.addresses import Address
from tradestack.net.server.users import Users
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record, decode_record

QUOTER = {"strategy": "tests.kit.quoter:Quoter", "quantity": "0.0000002"}


class ExecutedFeed:
    """A feed session that is published by hand, and who trades on it."""

    def __init__(self, directory: Path, users: Users) -> None:
        directory.mkdir(exist_ok=True)
        self.order_manager = TapeOrderManager(directory)
        self.order_manager.feed_directory.mkdir()
        self.feed = Feed(users, self.order_manager.feed_directory)
        self._directory = directory
        self._strategies: list[StrategyProcess] = []
        self._runs: list[StrategyRun] = []

    async def __aenter__(self) -> "ExecutedFeed":
        self.feed.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for strategy in self._strategies:
            strategy.close()
        for run in self._runs:
            await run.kill()
        await self.feed.kill()
        self.order_manager.close()

    def strategy(self, **keys: object) -> StrategyProcess:
        """Return a strategy that was not started."""
        host, port = self.order_manager.address
        addresses = {"feed": str(self.feed.address), "orders": f"{host}:{port}"}
        directory = self._directory / f"strategy{len(self._strategies)}"
        strategy = StrategyProcess(directory, **addresses, **{**QUOTER, **keys})
        self._strategies.append(strategy)
        return strategy

    def run(self) -> StrategyRun:
        """Start a strategy in this process, which trades the whole feed session."""
        run = StrategyRun(
            self.feed,
            self,
            start=Start.SESSION,
            config_hash="0123456789ab",
            in_flight_max=1_000,
            strategy=configured(Quoter, quantity=20),
        )
        self._runs.append(run)
        return run

    @property
    def address(self) -> Address:
        """Where the order manager listens."""
        return Address(*self.order_manager.address)

    def roll_over(self) -> str:
        """Begin another order session; return its id."""
        session: str = self.order_manager.call("NewSession")["session"]
        return session

    @property
    def journals(self) -> list[Path]:
        """The order journals, oldest first."""
        return sorted(self.order_manager.state.glob(f"*{JOURNAL_SUFFIX}"))

    def records(self) -> list[Record]:
        """Return the records of all order journals."""
        lines = [line for path in self.journals for line in path.read_bytes().splitlines()]
        return [decode_record(line[9:]) for line in lines]

    def reports(self) -> list[Report]:
        """Return the reports on orders and requests of all order journals."""
        return [
            record.report
            for record in self.records()
            if isinstance(record, OrderRecord | ExecutionRecord)
        ]
