"""Runs of a strategy between a gateway and an order manager."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from tests.daemons.tradestack_strategy.servers import Feed, Orders
from tests.kit.strategies import configured
from tradestack.domain.order import Start
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.news import News
from tradestack.trading.desk.counters import Counters
from tradestack_strategy.handshake import State
from tradestack_strategy.orders.order_entry import OrderEntry
from tradestack_strategy.orders.reference_price import ReferencePrices
from tradestack_strategy.runner import Runner
from tradestack_strategy.settings import InstanceSettings, Servers

NEWS = configured(News)


class Addressed(Protocol):
    """An order manager."""

    @property
    def address(self) -> Address:
        """Where it listens."""


class StrategyRun:
    """One run of a strategy, which ends with the loss of its memory."""

    def __init__(
        self,
        feed: Feed,
        orders: Addressed,
        *,
        start: Start,
        config_hash: str,
        in_flight_max: int,
        strategy: ConfiguredStrategy,
    ) -> None:
        clock = SystemClock()
        self.counters = Counters()
        self.order_entry = OrderEntry(
            prices=ReferencePrices("-of-nobody", self.counters),
            counters=self.counters,
            clock=clock,
            orders_in_flight_max=in_flight_max,
        )
        self.faults: list[BaseException] = []
        self.runner = Runner(
            InstanceSettings(instance="news", config_hash=config_hash, start=start),
            Servers(
                feed=(feed.address,),
                orders=(orders.address,),
                credentials=Credentials("news", "secret"),
            ),
            strategy=strategy,
            order_entry=self.order_entry,
            counters=self.counters,
            clock=clock,
            spawn=self._spawn,
            session_ends=lambda: None,
        )
        self._task = self._spawn(self.runner.run(), "runner")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the condition; raise a fault of the runner."""
        while not condition():
            if self.faults:
                raise self.faults[0]
            await asyncio.sleep(0.002)

    async def failed(self) -> None:
        """Wait for a fault of the runner, which ends the daemon."""
        while not self.faults:
            await asyncio.sleep(0.002)

    @property
    def sequence_processed(self) -> int:
        """The newest message that the strategy has seen, 0 = none."""
        return self.runner.progress.sequence_processed

    @property
    def feed_session(self) -> str:
        """The feed session being traded, "" = none."""
        return self.runner.progress.feed_session

    async def settled(self, sequence: int) -> None:
        """Wait until it is live, has seen that message, and every order is reported on."""
        await self.until(
            lambda: (
                self.runner.state is State.LIVE
                and self.sequence_processed >= sequence
                and self.order_entry.in_flight == 0
            )
        )

    async def kill(self) -> None:
        """End the run, as a kill of the process does."""
        self._task.cancel()
        await asyncio.wait({self._task})

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._note_fault)
        return task

    def _note_fault(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.faults.append(fault)


@dataclass
class World:
    """Both servers, and the runs of a strategy between them."""

    feed: Feed
    orders: Orders
    runs: list[StrategyRun] = field(default_factory=list)

    def start_strategy(
        self,
        *,
        start: Start = Start.NOW,
        config_hash: str = "0123456789ab",
        in_flight_max: int = 1_000,
        strategy: ConfiguredStrategy = NEWS,
    ) -> StrategyRun:
        """Start a run of the strategy."""
        run = StrategyRun(
            self.feed,
            self.orders,
            start=start,
            config_hash=config_hash,
            in_flight_max=in_flight_max,
            strategy=strategy,
        )
        self.runs.append(run)
        return run


MakeWorld = Callable[[], AbstractAsyncContextManager[World]]
