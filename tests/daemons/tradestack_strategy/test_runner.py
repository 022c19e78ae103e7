"""A strategy between two servers: start, orders, refusals and limits."""

import pytest

from tests.daemons.tradestack_strategy.news_items import (
    BUY_IBM,
    BUY_SPY,
    PRICES,
    SELL_IBM,
    SELL_SPY,
)
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Start
from tradestack.trading.desk.counters import Counted
from tradestack.wire.close_reason import Close, CloseReason
from tradestack_strategy.handshake import State


async def test_news_becomes_a_reported_order(world: MakeWorld) -> None:
    """The shortest path: a price, a news item, an order, its report."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)

        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        (order,) = w.orders.orders.values()
        assert (order.symbol, order.side, order.quantity) == ("SPY", "BUY", 10 * SCALE)
        assert (order.feed_session, order.feed_seq) == (w.feed.log.session_id, 3)
        assert (order.signal_time_ns, order.signal_value) == (3000, 80 * SCALE)
        assert order.feed_price == 168 * SCALE
        assert order.cl_ord_id == f"news-0123456789ab-{w.feed.log.session_id}-3-0"
        assert strategy.counters[Counted.TICKS_RECEIVED] == 3
        assert strategy.counters[Counted.ORDERS_ACCEPTED] == 1


async def test_an_unreadable_book_leaves_the_order_without_reference_price(
    world: MakeWorld,
) -> None:
    """A missing book is counted and stops nothing."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)

        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        (order,) = w.orders.orders.values()
        assert order.reference_price is None
        assert order.reference_price_age_ns is None
        assert strategy.counters.process()["book_read_failures"] == 1


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (Start.NOW, [(5, "SPY", "SELL")]),
        (Start.SESSION, [(3, "SPY", "BUY"), (4, "IBM", "BUY"), (5, "SPY", "SELL")]),
    ],
)
async def test_start_decides_from_where_an_unknown_session_is_traded(
    world: MakeWorld, start: Start, expected: list[tuple[int, str, str]]
) -> None:
    """The past warms the strategy up; it is traded only when asked for."""
    async with world() as w:
        w.feed.publish(*PRICES, BUY_SPY, BUY_IBM)
        strategy = w.start_strategy(start=start)
        await strategy.settled(4)

        w.feed.publish(SELL_SPY, BUY_IBM)
        await strategy.settled(6)

        assert w.orders.made == expected
        assert strategy.counters[Counted.ORDERS_SUPPRESSED] == 3 - len(expected)


async def test_it_waits_for_both_servers_in_any_order(world: MakeWorld) -> None:
    """Neither a missing order manager nor a missing gateway ends it."""
    async with world() as w:
        await w.feed.kill()
        await w.orders.kill()
        strategy = w.start_strategy(start=Start.SESSION)
        await strategy.until(lambda: strategy.runner.state is State.DISCONNECTED)
        w.orders.start()
        await strategy.until(lambda: strategy.runner.state is State.ORDERS_CONNECTED)

        w.feed.start()
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        assert w.orders.made == [(3, "SPY", "BUY")]


async def test_the_feed_waits_when_too_many_orders_are_in_flight(world: MakeWorld) -> None:
    """At the limit the feed is paused until half of the orders have their report."""
    flood = [*PRICES, *[BUY_SPY, BUY_IBM, SELL_SPY, SELL_IBM] * 5_000]
    async with world() as w:
        strategy = w.start_strategy(in_flight_max=10)
        await strategy.settled(0)
        w.orders.takes_orders = False
        w.feed.publish(*flood)
        await strategy.until(lambda: strategy.order_entry.in_flight >= 10)
        await strategy.until(lambda: len(w.orders.received) == strategy.order_entry.in_flight)
        assert strategy.sequence_processed < len(flood)

        w.orders.takes_orders = True
        await w.orders.kill()
        w.orders.start()
        await strategy.settled(len(flood))

        assert len(w.orders.orders) == 20_000
        assert len({order.feed_seq for order in w.orders.orders.values()}) == 20_000


async def test_refused_orders_are_sent_again_when_the_order_manager_can(world: MakeWorld) -> None:
    """An order manager that cannot journal forgets the order; it is sent again a second later."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.orders.is_available = False
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.until(lambda: strategy.counters.process()["orders_refused"] == 1)

        w.orders.is_available = True
        await strategy.settled(3)

        assert w.orders.made == [(3, "SPY", "BUY")]


async def test_a_refused_registration_is_repeated_with_the_current_head(world: MakeWorld) -> None:
    """Messages published before the registration belong to the past."""
    async with world() as w:
        w.orders.is_available = False
        strategy = w.start_strategy()
        await strategy.until(lambda: len(w.orders.registers) == 1)
        w.feed.publish(*PRICES, BUY_SPY)

        w.orders.is_available = True
        await strategy.settled(3)
        w.feed.publish(BUY_IBM)
        await strategy.settled(4)

        assert w.orders.made == [(4, "IBM", "BUY")]


async def test_rejected_orders_are_settled_and_counted(world: MakeWorld) -> None:
    """A reject is a report like any other."""
    async with world() as w:
        w.orders.rejects = True
        strategy = w.start_strategy()
        await strategy.settled(0)

        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        assert strategy.counters[Counted.ORDERS_REJECTED] == 1
        assert strategy.counters[Counted.ORDERS_ACKNOWLEDGED] == 1
        assert strategy.counters[Counted.ORDERS_ACCEPTED] == 0


async def test_two_programs_of_one_user_do_not_storm_the_order_manager(
    world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Each login costs it a record: the replaced one waits longer each time and logs why."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)

        for put_out in range(1, 4):
            assert w.orders.server is not None
            (client,) = w.orders.server.connections
            client.close(Close(CloseReason.REPLACED, "by another program"))
            await strategy.until(lambda: strategy.runner.state is State.DISCONNECTED)
            await strategy.settled(0)
            assert strategy.runner.orders._reconnector.backoff.failures == put_out

        assert "another program logs in as user news" in caplog.text
