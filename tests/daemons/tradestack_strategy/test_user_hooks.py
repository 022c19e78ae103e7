"""Hooks that await, work beside the feed, and hooks that take too long."""

import asyncio
import signal

import pytest

from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld, World
from tests.kit.strategies import configured
from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND
from tradestack.domain.order import Start
from tradestack.strategies import NewsItem, PriceTick, Strategy
from tradestack_strategy.handshake import State
from tradestack_strategy.hooks.hook_watch import HookWatch
from tradestack_strategy.in_step import InStepTrading


class Gate:
    """What tests let strategies wait for; a module's globals outlive an object."""

    opened = asyncio.Event()


@pytest.fixture(autouse=True)
def gate() -> None:
    """A closed gate for each test."""
    Gate.opened = asyncio.Event()


class Awaiting(Strategy):
    """Buys at each news item, when the gate is open."""

    async def on_news(self, news: NewsItem) -> None:
        """Wait, then trade."""
        await Gate.opened.wait()
        self.buy(news.symbol)


class Beside(Strategy):
    """Buys once, when work beside the feed is done."""

    def on_news(self, news: NewsItem) -> None:
        """Start the work."""
        self.background(self.work(news.symbol))

    async def work(self, symbol: str) -> None:
        """Wait, then trade."""
        await Gate.opened.wait()
        self.buy(symbol)


class Torn(Strategy):
    """Waits in a hook, while two pieces of work beside the feed fail in the same moment."""

    async def on_news(self, news: NewsItem) -> None:
        """Start the work, wait, then trade."""
        self.background(self.fail(ValueError("first")))
        self.background(self.fail(SystemExit("second")))
        await Gate.opened.wait()
        self.buy(news.symbol)

    async def fail(self, error: BaseException) -> None:
        """Fail."""
        raise error


class StuckBeside(Strategy):
    """Starts work beside the feed that never awaits, and never ends."""

    def on_tick(self, tick: PriceTick) -> None:
        """Start the work."""
        self.background(self.loop(tick.symbol))

    async def loop(self, symbol: str) -> None:
        """Loop."""
        while symbol:
            sum(range(1_000))


class Hiding(Strategy):
    """Has a counter under the name of a value of the daemon."""

    def on_tick(self, tick: PriceTick) -> None:
        """Do nothing."""

    def counters(self) -> dict[str, int]:
        """Return what would be hidden."""
        return {"lag": 3}


class Stuck(Strategy):
    """Never comes back from its first price, whatever exception is raised in it."""

    def on_tick(self, tick: PriceTick) -> None:
        """Loop."""
        while tick:
            try:
                sum(range(1_000))
            except Exception:
                continue


async def test_the_next_message_waits_for_an_async_hook(world: MakeWorld) -> None:
    """Its requests are caused by the message that it was called for."""
    async with world() as running:
        strategy = running.start_strategy(start=Start.SESSION, strategy=configured(Awaiting))
        running.feed.publish(("P", "SPY", "168"), ("N", "SPY", "80"), ("N", "SPY", "20"))
        await strategy.until(lambda: strategy.sequence_processed == 1)
        waited = strategy.order_entry.in_flight

        Gate.opened.set()
        await strategy.settled(3)

        assert waited == 0
        assert [order.feed_seq for order in running.orders.received] == [2, 3]


async def test_work_beside_the_feed_stops_nothing(world: MakeWorld) -> None:
    """Its requests name no message."""
    async with world() as running:
        strategy = running.start_strategy(start=Start.SESSION, strategy=configured(Beside))
        await strategy.settled(0)
        running.feed.publish(("P", "SPY", "168"), ("N", "SPY", "80"), ("P", "SPY", "169"))
        await strategy.until(lambda: strategy.sequence_processed == 3)

        Gate.opened.set()
        await strategy.until(lambda: len(running.orders.received) == 1)

        (order,) = running.orders.received
        assert (order.symbol, order.feed_seq, order.feed_session) == ("SPY", None, None)


@pytest.mark.parametrize("start", Start)
async def test_work_beside_the_feed_is_not_begun_again_after_a_kill(
    world: MakeWorld, start: Start
) -> None:
    """The hooks see the message again, and one that came while no process ran; both are past."""
    Gate.opened.set()
    async with world() as running:
        first = running.start_strategy(start=start, strategy=configured(Beside))
        await first.settled(0)
        running.feed.publish(("P", "SPY", "168"), ("N", "SPY", "80"))
        await first.until(lambda: len(running.orders.received) == 1)
        await first.kill()
        running.feed.publish(("N", "IBM", "80"))

        second = running.start_strategy(start=start, strategy=configured(Beside))
        await second.until(lambda: second.sequence_processed == 3)
        running.feed.publish(("N", "KO", "80"))
        await second.until(lambda: len(running.orders.received) > 1)

        assert [order.symbol for order in running.orders.received] == ["SPY", "KO"]


async def test_a_hook_that_never_ends_pauses_the_strategy(world: MakeWorld) -> None:
    """Even if it catches every Exception; the reason names hook, file and message."""
    async with world() as running:
        reason = await paused_by_the_watch(running, Stuck)

        assert "in on_tick: HookTookTooLong: it has run for longer than hook_max" in reason
        assert reason.endswith("at message 1")


async def test_work_beside_the_feed_that_never_awaits_pauses_the_strategy(world: MakeWorld) -> None:
    """The reason names its line, and what to do."""
    async with world() as running:
        reason = await paused_by_the_watch(running, StuckBeside)

        assert reason.startswith(f"{__file__} line ")
        assert "in the background: HookTookTooLong: it has run for longer than hook_max" in reason
        assert "without an await, and everything waits for it" in reason


async def test_a_counter_with_the_name_of_a_daemons_value_pauses_the_strategy(
    world: MakeWorld,
) -> None:
    """The reason names it: in the stats nobody would see it."""
    async with world() as running:
        strategy = running.start_strategy(start=Start.SESSION, strategy=configured(Hiding))
        running.feed.publish(("P", "SPY", "168"))

        def is_paused_when_asked() -> bool:
            assert not strategy.runner.progress.strategy_counters
            return strategy.runner.state is State.PAUSED

        await strategy.until(is_paused_when_asked)

        assert "'lag' is a value of the daemon" in (strategy.runner.pause.reason or "")


async def paused_by_the_watch(running: World, strategy_class: type[Strategy]) -> str:
    """Run a strategy until the watch over hooks has paused it; return the reason."""
    strategy = running.start_strategy(start=Start.SESSION, strategy=configured(strategy_class))
    await strategy.settled(0)
    watch = HookWatch(
        50 * NANOSECONDS_PER_MILLISECOND, lambda: strategy.runner.sessions.sequence_handled
    )
    watch.start()
    try:
        running.feed.publish(("P", "SPY", "168"))
        await strategy.until(lambda: strategy.runner.state is State.PAUSED)
    finally:
        watch.stop()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    return strategy.runner.pause.reason or ""


async def test_a_hook_that_waits_when_its_strategy_is_paused_requests_nothing(
    world: MakeWorld,
) -> None:
    """Of two failures at once the first is the reason, and nothing of the strategy goes on."""
    async with world() as running:
        strategy = running.start_strategy(start=Start.SESSION, strategy=configured(Torn))
        await strategy.settled(0)
        running.feed.publish(("P", "SPY", "168"), ("N", "SPY", "80"))
        await strategy.until(lambda: strategy.runner.state is State.PAUSED)
        trading = strategy.runner.sessions.current
        assert isinstance(trading, InStepTrading)
        hooks = trading._hooks
        assert hooks is not None

        Gate.opened.set()  # before anything that waits for the pause has run
        await asyncio.wait({hooks})

        assert "in the background: ValueError: first" in (strategy.runner.pause.reason or "")
        assert not strategy.faults
        assert strategy.order_entry.in_flight == 0
