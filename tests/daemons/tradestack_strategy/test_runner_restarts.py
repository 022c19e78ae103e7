"""A strategy and its two servers, killed and started again."""

import asyncio
import random
from typing import Any

import pytest

from tests.daemons.tradestack_strategy.news_items import (
    BUY_IBM,
    BUY_SPY,
    PRICES,
    SELL_IBM,
    SELL_SPY,
)
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld
from tradestack.domain.order import Start
from tradestack.net.server.limits import SessionLimits
from tradestack.trading.desk.counters import Counted
from tradestack.trading.desk.signal_runner import SignalRunner
from tradestack_strategy.handshake import State
from tradestack_strategy.orders.order_entry import OrderEntry
from tradestack_strategy.orders.registrar import Registrar


async def test_a_killed_strategy_makes_the_same_orders_under_the_same_names(
    world: MakeWorld,
) -> None:
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


async def test_counters_of_a_session_survive_the_process(world: MakeWorld) -> None:
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


async def test_an_edited_config_starts_at_the_head(world: MakeWorld) -> None:
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


async def test_a_killed_gateway_is_resumed_at_the_next_message(world: MakeWorld) -> None:
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


async def test_nothing_is_decided_without_the_order_manager(world: MakeWorld) -> None:
    """While it is away the feed is not read; afterwards all orders are made."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES)
        await strategy.settled(2)

        await w.orders.kill()
        await strategy.until(lambda: strategy.runner.state is State.DISCONNECTED)
        w.feed.publish(BUY_SPY, BUY_IBM)
        assert not strategy.runner.progress.is_connected
        assert strategy.order_entry.in_flight == 0
        w.orders.start()
        await strategy.settled(4)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY")]
        assert len(w.orders.registers) == 2


async def test_orders_lost_with_the_order_manager_are_sent_again(world: MakeWorld) -> None:
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


@pytest.mark.parametrize(
    "place",
    [(SignalRunner, "on_batch"), (OrderEntry, "_enter"), (OrderEntry, "_try_send"),
     (OrderEntry, "reported"), (OrderEntry, "open"), (Registrar, "registered")],
)  # fmt: skip
async def test_a_strategy_without_memory_ends_and_the_next_one_makes_up_for_it(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch, place: tuple[type, str]
) -> None:
    """Wherever it was, each order is taken once, and none is missing."""
    owner, method = place
    function = getattr(owner, method)

    def fail_behind_it(*arguments: Any) -> None:
        function(*arguments)
        raise MemoryError

    async with world() as w:
        strategy = w.start_strategy(start=Start.SESSION)
        w.feed.publish(*PRICES)
        await strategy.settled(2)
        with monkeypatch.context() as patch:
            patch.setattr(owner, method, fail_behind_it)
            w.feed.publish(BUY_SPY, BUY_IBM)
            if method in ("open", "registered"):
                await w.orders.kill()
                w.orders.start()
            await asyncio.wait_for(strategy.failed(), 30)
        await strategy.kill()

        again = w.start_strategy(start=Start.SESSION)
        await again.settled(4)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY")]


@pytest.mark.parametrize("server", ["orders", "feed"])
async def test_a_server_without_room_is_waited_for(world: MakeWorld, server: str) -> None:
    """Its session is still served: no order is given up, and no message is traded twice."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.orders.takes_orders = False
        w.feed.publish(*PRICES, BUY_SPY)
        await strategy.until(lambda: len(w.orders.received) == 1)
        peer = w.orders if server == "orders" else w.feed
        await peer.kill()
        w.orders.takes_orders = True
        peer.start()
        full = peer.server
        assert full is not None
        full.limits = SessionLimits(clients_max=0)
        await strategy.until(lambda: full.logins_rejected_total >= 2)

        full.limits = SessionLimits()
        if server == "feed":
            await w.orders.kill()
            w.orders.start()
        w.feed.publish(BUY_IBM)
        await strategy.settled(4)

        assert w.orders.made == [(3, "SPY", "BUY"), (4, "IBM", "BUY")]
        assert strategy.counters.process()["orders_unknown"] == 0


async def test_reports_under_way_when_the_connection_broke_are_received_later(
    world: MakeWorld,
) -> None:
    """An order that was journalled but not reported before the loss is not sent again."""
    async with world() as w:
        strategy = w.start_strategy()
        await strategy.settled(0)
        w.feed.publish(*PRICES)
        await strategy.settled(2)
        server, w.orders.server = w.orders.server, None  # takes orders, sends no reports
        w.feed.publish(BUY_SPY)
        await strategy.until(lambda: len(w.orders.orders) == 1)
        assert strategy.order_entry.in_flight == 1

        w.orders.server = server
        await w.orders.kill()
        w.orders.start()
        await strategy.settled(3)

        assert [order.feed_seq for order in w.orders.received] == [3]


@pytest.mark.parametrize("seed", range(3))
async def test_kills_at_random_moments_change_nothing(world: MakeWorld, seed: int) -> None:
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

        made = [seq or 0 for seq, _, _ in w.orders.made]
        assert sorted(made) == list(range(3, w.feed.log.head + 1))
        assert strategy.counters[Counted.ORDERS_SENT] == len(made)
