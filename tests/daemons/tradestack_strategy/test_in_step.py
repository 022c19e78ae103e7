"""A strategy that reads its reports, between a gateway and an order manager that executes."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from tests.daemons.tradestack_strategy.exchange import Exchange
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld, StrategyRun, World
from tests.kit.in_step import SESSION, Run, ticks_of
from tests.kit.market import Market
from tests.kit.quoter import Quoter
from tests.kit.strategies import configured
from tradestack.domain.execution_report import Report
from tradestack.domain.order import ExecType, Start
from tradestack.domain.tick import TickKind
from tradestack.trading.desk.counters import Counted
from tradestack.wire.feed import TickBatch
from tradestack_strategy.handshake import State

FEED = ticks_of(
    [
        (TickKind.NEWS if n % 23 == 0 else TickKind.PRICE, ("SPY", "IBM")[n % 2], n % 4,
         105 + n * n % 11, 0 if n % 5 else 13)
        for n in range(1, 121)
    ]
)  # fmt: skip


def part(first: int, last: int) -> TickBatch:
    """Some messages of the feed."""
    return TickBatch(first, FEED.records[first - 1 : last])


def facts(reports: Sequence[Report]) -> list[tuple[object, ...]]:
    """Reports without what differs from one feed session to another."""
    return [
        (
            type(report).__name__,
            getattr(report, "exec_type", None),
            report.cl_ord_id.split("-", 3)[3:],
            getattr(report, "leaves_quantity", None),
            report.feed_seq,
            report.visible_time_ns,
        )
        for report in reports
    ]


def expected_facts() -> list[tuple[object, ...]]:
    """The reports of the same strategy, market and feed without any process between them."""
    run = Run(FEED, Market(SESSION, list(FEED.ticks()), entry_ns=4, report_ns=3))
    run.finish()
    run.let_market_work(1_000)
    run.market.end()
    return facts(run.market.reports)


def start(world: World, **options: Any) -> StrategyRun:
    """Start the strategy, which trades the whole feed session."""
    return world.start_strategy(
        start=Start.SESSION, strategy=configured(Quoter, quantity=20), **options
    )


def exchange_of(world: World) -> Exchange:
    """The order manager of a world in which orders are executed."""
    assert isinstance(world.orders, Exchange)
    return world.orders


async def ended(world: World, strategy: StrategyRun) -> list[tuple[object, ...]]:
    """End the feed session, and wait until every order has its final report."""
    world.feed.end_session()
    await strategy.until(
        lambda: strategy.runner.state is State.SESSION_OVER and strategy.order_entry.is_idle
    )
    return facts(exchange_of(world).market(world.feed.log.session_id).reports)


async def test_it_trades_as_if_nothing_was_between_it_and_the_market(
    exchange_world: MakeWorld,
) -> None:
    """Reports, counters, and what it says of its progress."""
    async with exchange_world() as w:
        exchange, session = exchange_of(w), w.feed.log.session_id
        strategy = start(w)
        exchange.publish(part(1, 60))
        exchange.publish(part(61, 120))
        reports = await ended(w, strategy)

        made = [report[1] for report in reports]
        counts = strategy.counters
        assert reports == expected_facts()
        assert w.orders.registers[0].interactive
        assert counts[Counted.FILLS] == made.count(ExecType.TRADE) > 0
        assert counts[Counted.ORDERS_EXPIRED] == made.count(ExecType.EXPIRED) > 0
        assert counts[Counted.ORDERS_CANCELED] == made.count(ExecType.CANCELED) > 0
        assert counts[Counted.TICKS_RECEIVED] == 120
        assert counts.process()["reports_unmatched"] == 0
        assert exchange.told[0] == (session, 0)
        assert exchange.told[-1] == (session, 120)


async def test_it_reads_no_further_while_a_report_may_come(exchange_world: MakeWorld) -> None:
    """It says how far it has come, again with each heartbeat, and goes on when it knows."""
    async with exchange_world() as w:
        exchange, session = exchange_of(w), w.feed.log.session_id
        strategy = start(w)
        await strategy.settled(0)
        exchange.is_silent = True
        exchange.publish(part(1, 120))
        await strategy.until(lambda: strategy.sequence_processed == 1)
        await strategy.until(lambda: exchange.told.count((session, 1)) >= 2)
        waiting = strategy.sequence_processed, strategy.runner.progress.lag
        assert strategy.runner._trading is not None
        is_paused = strategy.runner._trading.feed._is_paused

        exchange.speak()
        reports = await ended(w, strategy)

        assert waiting == (1, 119)
        assert is_paused
        assert reports == expected_facts()


async def test_the_end_of_the_feed_session_waits_for_reports(exchange_world: MakeWorld) -> None:
    """What was received before the end is handled, over a loss of the order manager, too."""
    async with exchange_world() as w:
        exchange, session = exchange_of(w), w.feed.log.session_id
        strategy = start(w)
        await strategy.settled(0)
        exchange.is_silent = True
        exchange.publish(part(1, 120))
        w.feed.end_session()
        await strategy.until(lambda: strategy.runner.state is State.FINISHING)
        waiting = strategy.sequence_processed

        await w.orders.kill()
        exchange.is_silent = False
        w.orders.start()
        next_session = w.feed.new_session()
        await strategy.until(lambda: strategy.feed_session == next_session)

        assert waiting == 1
        assert facts(exchange.market(session).reports) == expected_facts()
        assert (session, 120) in exchange.told


@pytest.mark.parametrize("seed", range(4))
async def test_kills_at_random_moments_change_nothing(exchange_world: MakeWorld, seed: int) -> None:
    """Whichever process is killed, the reports are those of an undisturbed run."""
    chance = random.Random(seed)
    async with exchange_world() as w:
        exchange, strategy, done = exchange_of(w), start(w), 0
        while done < 120:
            count = min(chance.randrange(1, 25), 120 - done)
            exchange.publish(part(done + 1, done + count))
            done += count
            await asyncio.sleep(chance.choice([0, 0.001, 0.004]))
            match chance.choice(["feed", "orders", "strategy", "silence"]):
                case "feed":
                    await w.feed.kill()
                    w.feed.start()
                case "orders":
                    await w.orders.kill()
                    exchange.is_silent = False
                    w.orders.start()
                case "strategy":
                    await strategy.kill()
                    strategy = start(w)
                case "silence":
                    exchange.is_silent = True
        exchange.is_silent = False
        await w.orders.kill()
        w.orders.start()
        await strategy.until(lambda: strategy.sequence_processed == 120)

        assert await ended(w, strategy) == expected_facts()
        fills = [report for report in expected_facts() if report[1] is ExecType.TRADE]
        assert strategy.counters[Counted.FILLS] == len(fills)
        assert strategy.counters.process()["reports_unmatched"] == 0


async def test_requests_in_flight_are_bounded_while_it_is_in_step(
    exchange_world: MakeWorld,
) -> None:
    """The limit holds for a strategy that waits for its reports, too."""
    async with exchange_world() as w:
        strategy = start(w, in_flight_max=1)
        exchange_of(w).publish(part(1, 120))
        await strategy.until(lambda: strategy.sequence_processed == 120)

        assert await ended(w, strategy) == expected_facts()


@pytest.mark.parametrize("at", [1, 7, 20, 60])
async def test_orders_go_on_in_the_next_order_session(exchange_world: MakeWorld, at: int) -> None:
    """It counts reports again, and decides as if nothing had happened."""
    async with exchange_world() as w:
        exchange, strategy = exchange_of(w), start(w)
        exchange.publish(part(1, at))
        await strategy.until(lambda: strategy.sequence_processed == at)

        exchange.end_session()
        exchange.publish(part(at + 1, 120))

        assert await ended(w, strategy) == expected_facts()
        assert len(exchange.registers) == 2
        assert strategy.counters.process()["reports_unmatched"] == 0


async def test_a_lost_order_session_leaves_no_order_behind(exchange_world: MakeWorld) -> None:
    """What became of its orders is unknown; the strategy goes on without them."""
    async with exchange_world() as w:
        exchange = exchange_of(w)
        strategy = start(w)
        exchange.publish(part(1, 20))
        await strategy.settled(20)
        assert strategy.runner._trading is not None
        assert strategy.runner._trading.runner.view.working

        await w.orders.kill()
        w.orders.new_session()
        w.orders.start()
        await strategy.until(lambda: len(exchange.registers) == 2)
        await strategy.until(lambda: strategy.runner.state is State.LIVE)

        assert strategy.runner._trading is not None
        assert not strategy.runner._trading.runner.view.working
        assert strategy.order_entry.is_idle


async def test_a_strategy_that_reads_no_reports_tells_progress_while_orders_work(
    exchange_world: MakeWorld,
) -> None:
    """Without an open order it says nothing, but for the registration and the end."""
    rows = [("P", "SPY", "1"), ("N", "SPY", "80"), ("P", "SPY", "1"), ("P", "SPY", "1")]
    kinds = {"P": TickKind.PRICE, "N": TickKind.NEWS}
    feed = ticks_of([(kinds[k], s, 10, int(v) * 10**8, 0) for k, s, v in rows])
    async with exchange_world() as w:
        exchange, session = exchange_of(w), w.feed.log.session_id
        strategy = w.start_strategy(start=Start.SESSION)
        await strategy.settled(0)
        for number in range(1, 5):
            exchange.publish(TickBatch(number, feed.records[number - 1 : number]))
            await strategy.settled(number)
            if number == 3:
                await strategy.until(lambda: strategy.counters[Counted.ORDERS_FILLED] == 1)
        w.feed.end_session()
        await strategy.until(lambda: (session, 4) in exchange.told)

        assert [through for _, through in exchange.told] == [0, 2, 3, 4]
        assert strategy.counters[Counted.FILLS] == 1
        assert not w.orders.registers[0].interactive
