"""A strategy over the ends of feed sessions and order sessions."""

from tests.daemons.tradestack_strategy.news_items import BUY_IBM, BUY_SPY, PRICES, SELL_IBM
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld
from tradestack.domain.order import Start
from tradestack.trading.desk.counters import Counted
from tradestack_strategy.handshake import State


async def test_orders_of_a_lost_order_session_stay_unknown(world: MakeWorld) -> None:
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


async def test_an_order_session_that_ends_is_followed_into_the_next(world: MakeWorld) -> None:
    """After Z on the order port the strategy registers in the next order session."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)

        w.orders.end_session()
        await strategy.until(lambda: len(w.orders.registers) == 2)
        w.feed.publish(BUY_IBM)
        await strategy.settled(4)

        assert w.orders.made == [(4, "IBM", "BUY")]


async def test_orders_that_an_ended_session_did_not_take_go_to_the_next(world: MakeWorld) -> None:
    """All reports came before Z, so what has none was not executed; it is sent again, once."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.orders.takes_orders = False
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.until(lambda: len(w.orders.received) == 1)

        w.orders.takes_orders = True
        w.orders.end_session()
        await strategy.settled(3)

        assert w.orders.made == [(3, "SPY", "BUY")]
        assert strategy.counters.process()["orders_unknown"] == 0


async def test_a_strategy_that_starts_after_the_end_of_an_order_session_goes_on_where_it_ended(
    world: MakeWorld,
) -> None:
    """What the session took is not traded again; what it did not take is traded then."""
    async with world() as w:
        strategy = w.start_strategy(start=Start.SESSION)
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.settled(3)
        w.orders.takes_orders = False
        w.feed.publish(BUY_IBM)
        await strategy.until(lambda: len(w.orders.received) == 2)
        await strategy.kill()

        w.orders.takes_orders = True
        w.orders.new_session()
        strategy = w.start_strategy(start=Start.SESSION)
        w.feed.publish(SELL_IBM)
        await strategy.settled(5)

        assert w.orders.made == [(4, "IBM", "BUY"), (5, "IBM", "SELL")]


async def test_the_next_feed_session_is_traded_from_its_first_message(world: MakeWorld) -> None:
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


async def test_following_into_a_session_survives_the_loss_of_the_order_manager(
    world: MakeWorld,
) -> None:
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


async def test_at_the_end_of_the_feed_it_waits_for_the_next_session(world: MakeWorld) -> None:
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


async def test_a_session_that_is_gone_without_an_end_is_not_followed_into_the_next(
    world: MakeWorld,
) -> None:
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
