"""Files of strategies whose hooks fail, and services that run them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.daemons.tradestack_strategy.exchange import Exchange
from tests.daemons.tradestack_strategy.services import ROOT, Make, reply_of, until
from tests.daemons.tradestack_strategy.strategy_runs import World
from tests.kit.batches import Row, batch_of
from tradestack.wire.feed import TickBatch
from tradestack_strategy.service import StrategyService

HEAD = """
from tradestack.strategies import Strategy, every

class Mine(Strategy):
    price = 0

"""
ON_TICK = """
    def on_tick(self, tick):
        self.buy(tick.symbol)
        self.price = tick.price
"""
IN_ON_TICK = """
    def on_tick(self, tick):
        self.buy(tick.symbol)
        self.fail(tick.price)
"""
FAIL = """
    def fail(self, price):
        if price == 13 * 10**8:
            raise ZeroDivisionError("unlucky")
"""
# Each fails for message 3, which is a price of 13.
AT_A_MESSAGE = {
    "on_tick": IN_ON_TICK,
    "on_news": """
    def on_news(self, news):
        self.fail(news.sentiment)
""",
    "a timer": ON_TICK
    + """
    @every("1ns")
    def each_time(self):
        self.fail(self.price + 10**8)  # of the message before
""",
    "on_tick of an interactive one": "    interactive = True\n" + IN_ON_TICK,
    "an async on_tick": IN_ON_TICK.replace("def on_tick", "async def on_tick"),
    "on_tick that exits": ON_TICK
    + """
        if tick.price == 13 * 10**8:
            raise SystemExit(3)
""",
}
# Fails for the row of message 3, by itself or among others.
ON_TICKS = """
    def on_ticks(self, batch):
        for row, price in enumerate(batch.value):
            self.fail(price)
            self.buy("SPY", cause=row)
"""
# Fails for the report on the order of message 1.
ON_REPORT = """
    interactive = True

    def on_tick(self, tick):
        self.buy(tick.symbol)

    def on_report(self, report):
        self.fail(13 * 10**8)
"""
ROWS: list[Row] = [("P", "SPY", "11"), ("P", "SPY", "12"), ("P", "SPY", "13"), ("P", "SPY", "14")]


def text_of(body: str) -> str:
    """The file of a strategy."""
    return HEAD + body + FAIL


def publish(world: World, rows: list[Row]) -> None:
    """Publish messages that are 1 ns apart; an exchange reads them, too."""
    first = world.feed.log.head + 1
    records = batch_of(rows, first).records
    records["event_time_ns"] = range(first, first + len(rows))
    if isinstance(world.orders, Exchange):
        world.orders.publish(TickBatch(first, records))
    else:
        world.feed.append(records)


@asynccontextmanager
async def started(
    world: World, make: Make, text: str, directory: Path
) -> AsyncIterator[StrategyService]:
    """A service that runs this strategy."""
    path = directory / "mine.py"
    path.write_text(text)
    strategy = make(
        strategy=str(path),
        start="session",
        feed=str(world.feed.address),
        orders=str(world.orders.address),
        segment_suffix="-of-nobody",
    )
    await strategy.start()
    try:
        yield strategy
    finally:
        await strategy.stop()


async def paused(strategy: StrategyService) -> str:
    """Wait until it is paused; return the reason, which STATUS and state say, too."""
    await until(lambda: strategy.stats()["state"] == "paused")
    assert strategy.stalled(0) is None
    state = reply_of(strategy.interfaces()[0], "GetState")["state"]
    reason: str = state["pause_reason"]
    assert state["state"] == strategy.stats()["state"] == "paused"
    assert strategy.stats()["pause_reason"] == reason
    assert strategy.status() == f"PAUSED: {reason}"
    return reason


async def resume(strategy: StrategyService) -> None:
    """Call the method of the control socket."""
    reply = strategy.interfaces()[0].methods["Resume"].call({}, ROOT)
    assert asyncio.iscoroutine(reply)
    await reply
