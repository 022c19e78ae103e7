"""A strategy between two servers that stop, start and forget, over real sockets."""

import asyncio
import random

import pytest

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Start
from tradestack.trading.counters import Counted
from tradestack.wire.close_reason import Close, CloseReason
from tradestack_strategy.handshake import State

PRICES = [("P", "SPY", "168"), ("P", "IBM", "184")]
BUY_SPY = ("N", "SPY", "80")
SELL_SPY = ("N", "SPY", "20")
BUY_IBM = ("N", "IBM", "80")
SELL_IBM = ("N", "IBM", "20")


async def test_news_becomes_a_reported_order(world):
    """The shortest path: a price, a news item, an order, its report."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)

        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        (order,) = w.orders.orders.values()
        assert (order.symbol, order.side.value, order.quantity) == ("SPY", "BUY", 10 * SCALE)
        assert (order.feed_session, order.feed_seq) == (w.feed.log.session_id, 3)
        assert (order.signal_time_ns, order.signal_value) == (3000, 80 * SCALE)
        assert order.cl_ord_id == f"news-0123456789ab-{w.feed.log.session_id}-3-0"
        assert strategy.counters[Counted.TICKS_RECEIVED] == 3
        assert strategy.counters[Counted.ORDERS_ACCEPTED] == 1


async def test_an_unreadable_book_leaves_the_order_without_reference_price(world):
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
async def test_start_decides_from_where_an_unknown_session_is_traded(world, start, expected):
    """The past warms the strategy up; it is traded only when asked for."""
    async with world() as w:
        w.feed.publish(*PRICES, BUY_SPY, BUY_IBM)
        strategy = w.start_strategy(start=start)
        await strategy.settled(4)

        w.feed.publish(SELL_SPY, BUY_IBM)
        await strategy.settled(6)

        assert w.orders.made == expected
        assert strategy.counters[Counted.ORDERS_SUPPRESSED] == 3 - len(expected)


async def test_it_waits_for_both_servers_in_any_order(world):
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


async def test_a_killed_strategy_makes_the_same_orders_under_the_same_names(world):
    """The order that was lost with the process is sent, the others are not sent again."""
    async with world() as w:
        first = w.start_strategy()
        await first.settled(0)
        w.feed.publish(*PRICES, BUY_SPY)
        await first.settled(3)
        w.orders.takes_orders = False
        w.feed.publish(BUY_IBM)
        await first.until(lambda: len(w.orders.received) == 2)
        await first.kill()
        w.orders.takes_orders = True
        w.feed.publish(SELL_SPY)

        second = w.start_strategy()
        await second.settled(5)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY"), (5, "SPY", "SELL")]
        assert [order.feed_seq for order in w.orders.received] == [3, 4, 4, 5]
        assert w.orders.received[1].cl_ord_id == w.orders.received[2].cl_ord_id


async def test_counters_of_a_session_survive_the_process(world):
    """Session counters are a function of the streams; process counters are of this process."""
    async with world() as w:
        first = w.start_strategy()
        await first.settled(0)
        w.feed.publish(*PRICES, BUY_SPY, BUY_IBM)
        await first.settled(4)
        await first.kill()

        second = w.start_strategy()
        await second.settled(4)

        assert second.counters[Counted.ORDERS_SENT] == 2
        assert second.counters[Counted.ORDERS_ACKNOWLEDGED] == 2
        assert second.counters.process()["orders_sent"] == 0
        assert second.counters.session() == first.counters.session()


async def test_an_edited_config_starts_at_the_head(world):
    """A new epoch never trades the past, even with start = session."""
    async with world() as w:
        first = w.start_strategy(start=Start.SESSION)
        w.feed.publish(*PRICES, BUY_SPY, BUY_IBM)
        await first.settled(4)
        await first.kill()

        second = w.start_strategy(start=Start.SESSION, config_hash="ba9876543210")
        await second.settled(4)
        w.feed.publish(SELL_IBM)
        await second.settled(5)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY"), (5, "IBM", "SELL")]
        assert second.counters[Counted.ORDERS_SUPPRESSED] == 2


async def test_a_killed_gateway_is_resumed_at_the_next_message(world):
    """No message is missed or seen twice, and no second registration is needed."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        await w.feed.kill()
        await strategy.until(lambda: strategy.runner.state is State.REGISTERED)
        w.feed.publish(BUY_IBM)
        w.feed.start()
        await strategy.settled(4)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY")]
        assert strategy.counters[Counted.TICKS_RECEIVED] == 4
        assert len(w.orders.registers) == 1


async def test_nothing_is_decided_without_the_order_manager(world):
    """While it is away the feed is not read; afterwards all orders are made."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES)
        await strategy.settled(2)

        await w.orders.kill()
        await strategy.until(lambda: strategy.runner.state is State.DISCONNECTED)
        w.feed.publish(BUY_SPY, BUY_IBM)
        assert not strategy.runner.trading.feed.is_connected
        assert strategy.order_entry.in_flight == 0
        w.orders.start()
        await strategy.settled(4)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY")]
        assert len(w.orders.registers) == 2


async def test_orders_lost_with_the_order_manager_are_sent_again(world):
    """A lost connection is never a reject: the same order is sent again and taken once."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.orders.takes_orders = False
        w.feed.publish(*PRICES, BUY_SPY, BUY_IBM)
        await strategy.until(lambda: len(w.orders.received) == 2)

        await w.orders.kill()
        w.orders.takes_orders = True
        w.orders.start()
        await strategy.settled(4)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY")]
        assert [order.feed_seq for order in w.orders.received] == [3, 4, 3, 4]
        assert strategy.counters[Counted.ORDERS_SENT] == 2
        assert strategy.counters.process()["orders_resent"] == 2


async def test_reports_under_way_when_the_connection_broke_are_received_later(world):
    """An order that was journalled but not reported before the loss is not sent again."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES)
        await strategy.settled(2)
        server, w.orders._server = w.orders._server, None  # takes orders, sends no reports
        w.feed.publish(BUY_SPY)
        await strategy.until(lambda: len(w.orders.orders) == 1)
        assert strategy.order_entry.in_flight == 1

        w.orders._server = server
        await w.orders.kill()
        w.orders.start()
        await strategy.settled(3)

        assert [order.feed_seq for order in w.orders.received] == [3]


async def test_orders_of_a_lost_order_session_stay_unknown(world):
    """They may have been executed, so they are counted and never sent again."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.orders.takes_orders = False
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.until(lambda: len(w.orders.received) == 1)

        await w.orders.kill()
        w.orders.takes_orders = True
        w.orders.new_session()
        w.orders.start()
        await strategy.settled(3)
        w.feed.publish(BUY_IBM)
        await strategy.settled(4)

        assert w.orders.made == [(4, "IBM", "BUY")]
        assert strategy.counters.process()["orders_unknown"] == 1
        assert strategy.order_entry.in_flight == 0


async def test_an_order_session_that_ends_is_followed_into_the_next(world):
    """After Z on the order port the strategy registers in the next order session."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        ended = w.orders.reports
        w.orders.new_session()
        ended.ended = True
        w.orders.wake()
        await strategy.until(lambda: len(w.orders.registers) == 2)
        w.feed.publish(BUY_IBM)
        await strategy.settled(4)

        assert w.orders.made == [(4, "IBM", "BUY")]


async def test_the_next_feed_session_is_traded_from_its_first_message(world):
    """After the end of a session the next one is traded from its beginning, with a new state."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)
        first = w.feed.log.session_id

        w.feed.end_session()
        second = w.feed.new_session()
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.until(lambda: strategy.feed_session == second)
        await strategy.settled(3)

        sessions = [order.feed_session for order in w.orders.orders.values()]
        assert sessions == [first, second]
        assert w.orders.registers[-1].start is Start.SESSION
        assert strategy.counters[Counted.TICKS_RECEIVED] == 3
        assert strategy.counters.process()["ticks_received"] == 6


async def test_following_into_a_session_survives_the_loss_of_the_order_manager(world):
    """Start = session holds for the followed session until it is registered."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.end_session()
        await strategy.until(lambda: strategy.runner.state is State.SESSION_OVER)

        await w.orders.kill()
        second = w.feed.new_session()
        w.feed.publish(*PRICES, BUY_SPY)
        w.orders.start()
        await strategy.until(lambda: strategy.feed_session == second)
        await strategy.settled(3)

        assert w.orders.made == [(3, "SPY", "BUY")]


async def test_at_the_end_of_the_feed_it_waits_for_the_next_session(world):
    """It is idle with everything done, also after a reconnect of the order manager."""
    async with world() as w:
        strategy = w.start_strategy(start=Start.SESSION)
        w.feed.publish(*PRICES, BUY_SPY)
        w.feed.end_session()
        await strategy.until(lambda: strategy.runner.state is State.SESSION_OVER)
        await w.orders.kill()
        await strategy.until(lambda: strategy.runner.state is State.DISCONNECTED)
        w.orders.start()
        await strategy.until(lambda: strategy.runner.state is State.SESSION_OVER)

        assert w.orders.made == [(3, "SPY", "BUY")]
        assert strategy.counters[Counted.TICKS_RECEIVED] == 3
        assert strategy.sequence_processed == 3


async def test_a_session_that_is_gone_without_an_end_is_not_followed_into_the_next(world):
    """Without a Z the next session is an unknown one: start = now begins at its head."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        await w.feed.kill()
        old = w.feed.log.session_id
        w.feed.new_session()
        w.feed.forget(old)
        w.feed.publish(*PRICES, BUY_SPY, BUY_IBM)
        w.feed.start()
        await strategy.until(lambda: strategy.feed_session != old)
        await strategy.settled(4)
        w.feed.publish(SELL_IBM)
        await strategy.settled(5)

        assert [order.feed_seq for order in w.orders.orders.values()] == [3, 5]


async def test_the_feed_waits_when_too_many_orders_are_in_flight(world):
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


async def test_refused_orders_are_sent_again_when_the_order_manager_can(world):
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


async def test_a_refused_registration_is_repeated_with_the_current_head(world):
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


async def test_rejected_orders_are_settled_and_counted(world):
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


@pytest.mark.parametrize("seed", range(3))
async def test_kills_at_random_moments_change_nothing(world, seed):
    """Whichever process is killed, each order is taken once and none is missing."""
    chance = random.Random(seed)
    flow = [BUY_SPY, BUY_IBM, SELL_SPY, SELL_IBM]
    async with world() as w:
        strategy = w.start_strategy(start=Start.SESSION)
        await strategy.settled(0)
        w.feed.publish(*PRICES)
        for _ in range(12):
            for _ in range(chance.randrange(1, 8)):
                w.feed.publish(*flow)
                await asyncio.sleep(chance.choice([0, 0, 0.001]))
            match chance.choice(["feed", "orders", "strategy"]):
                case "feed":
                    await w.feed.kill()
                    w.feed.start()
                case "orders":
                    await w.orders.kill()
                    w.orders.start()
                case "strategy":
                    await strategy.kill()
                    strategy = w.start_strategy(start=Start.SESSION)
        await strategy.settled(w.feed.log.head)

        made = [seq for seq, _, _ in w.orders.made]
        assert sorted(made) == list(range(3, w.feed.log.head + 1))
        assert strategy.counters[Counted.ORDERS_SENT] == len(made)


async def test_two_programs_of_one_user_do_not_storm_the_order_manager(world, caplog):
    """Each login costs it a record: the replaced one waits longer each time and logs why."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)

        for put_out in range(1, 4):
            (client,) = w.orders._server.connections
            client.close(Close(CloseReason.REPLACED, "by another program"))
            await strategy.until(lambda: strategy.runner.state is State.DISCONNECTED)
            await strategy.settled(0)
            assert strategy.runner.orders._reconnector.backoff.failures == put_out

        assert "another program logs in as user news" in caplog.text
