"""The strategy service: built, started, queried, reloaded, stopped."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.daemons.tradestack_strategy.exchange import Exchange
from tests.daemons.tradestack_strategy.services import Make, config_of, reply_of, until
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld
from tests.kit.in_step import ticks_of
from tradestack.domain.faults import OperatorFault
from tradestack.domain.tick import TickKind
from tradestack.runtime.config.keys import Reload
from tradestack.runtime.config.running import RunningConfig


async def test_it_trades_and_shows_its_state(world: MakeWorld, make_strategy: Make) -> None:
    """Stats, status and control socket show one order of one session."""
    async with world() as w:
        strategy = make_strategy(
            feed=str(w.feed.address), orders=str(w.orders.address), segment_suffix="-of-nobody"
        )
        await strategy.start()
        await until(lambda: strategy.stats()["state"] == "live")
        w.feed.publish(("P", "SPY", "168"), ("N", "IBM", "80"), ("N", "SPY", "80"))
        await until(lambda: strategy.stats()["orders_acknowledged"] == 1)

        stats = strategy.stats()
        status = strategy.status()
        interface = strategy.interfaces()[0]
        state = reply_of(interface, "GetState")
        stalled = strategy.stalled(0)
        await strategy.stop()

        assert stats["session"] == w.feed.log.session_id
        assert stats["order_session"] == w.orders.reports.session_id
        assert stats["connected_feed"]
        assert stats["connected_orders"]
        assert stats["sequence_processed"] == stats["ticks_received"] == 3
        assert stats["signals_without_price"] == 1
        assert stats["orders_pending"] == stats["lag"] == 0
        assert stats["latency"]["order_to_report"]["count"] == 1
        assert stats["process"]["latency"]["order_to_report"]["count"] == 1
        assert status.startswith("live, ")
        assert status.endswith(" ticks/s, lag 0, 1 order sent, 0 pending, 0 working, 0 fills")
        assert status.isascii()
        assert stalled is None
        assert state["state"]["sequence_processed"] == 3


async def test_it_shows_working_orders_and_fills(
    exchange_world: MakeWorld, make_strategy: Make
) -> None:
    """A strategy that is named by module and class, up to the end of the feed session."""
    prices = [(TickKind.PRICE, "SPY", 10, 100 + step % 7, 0) for step in range(50)]
    async with exchange_world() as w:
        exchange = w.orders
        assert isinstance(exchange, Exchange)
        strategy = make_strategy(
            strategy="tests.kit.quoter:Quoter",
            quantity="0.0000002",
            start="session",
            feed=str(w.feed.address),
            orders=str(w.orders.address),
            segment_suffix="-of-nobody",
        )
        await strategy.start()
        exchange.publish(ticks_of(prices))
        await until(lambda: strategy.stats()["sequence_processed"] == 50)
        await until(lambda: strategy.stats()["orders_working"] > 0)
        working = strategy.stats(), strategy.status()
        interface = strategy.interfaces()[0]
        state = reply_of(interface, "GetState")["state"]
        w.feed.end_session()
        await until(lambda: strategy.stats()["orders_working"] == 0)
        over = strategy.stats()
        await strategy.stop()

    stats, status = working
    assert stats["fills"] > 0
    assert stats["process"]["fills"] == stats["fills"]
    assert state["orders_working"] == stats["orders_working"]
    assert status.endswith(f"{stats['orders_working']} working, {stats['fills']} fills")
    assert over["orders_expired"] > 0
    assert over["orders_sent"] == sum(
        over[f"orders_{end}"] for end in ("filled", "canceled", "expired", "rejected")
    )


async def test_pending_orders_are_listed(world: MakeWorld, make_strategy: Make) -> None:
    """The control socket lists orders without report."""
    async with world() as w:
        w.orders.takes_orders = False
        strategy = make_strategy(
            feed=str(w.feed.address), orders=str(w.orders.address), segment_suffix="-of-nobody"
        )
        await strategy.start()
        await until(lambda: strategy.stats()["state"] == "live")
        w.feed.publish(("P", "SPY", "168"), ("N", "SPY", "80"))
        await until(lambda: strategy.stats()["orders_pending"] == 1)

        interface = strategy.interfaces()[0]
        listed = reply_of(interface, "ListPending")
        await strategy.stop()

        (order,) = listed["orders"]
        assert (order["symbol"], order["side"], order["feed_seq"]) == ("SPY", "BUY", 2)
        assert listed["total"] == 1


def test_stats_before_the_first_session(make_strategy: Make) -> None:
    """Before the first connection everything is empty."""
    strategy = make_strategy()

    stats = strategy.stats()

    assert stats["session"] == ""
    assert stats["sequence_processed"] == 0
    assert not stats["connected_feed"]
    assert strategy.status().startswith("waiting for the order manager, 0 ticks/s")


def test_a_reload_applies_the_limit_of_orders_in_flight_only(
    make_strategy: Make, tmp_path: Path
) -> None:
    """Another strategy or quantity is another epoch, which begins with a restart."""
    strategy = make_strategy()
    running = RunningConfig(config_of(tmp_path), {})

    running.reload(
        config_of(tmp_path, orders_in_flight_max=7, quantity="11", strategy="crossover"),
        strategy.reload,
    )

    assert strategy._order_entry.orders_in_flight_max == 7
    assert strategy.stats()["config_hash"] == make_strategy().stats()["config_hash"]
    assert running.names_waiting_for(Reload.RESTART) == ["strategy", "parameters", "quantity"]
    assert running.describe()["quantity"] == "10"


@pytest.mark.parametrize("instance", ["", "a b", "x" * 17, "é"])
def test_an_instance_name_must_fit_a_client_order_id(make_strategy: Make, instance: str) -> None:
    """A name that does not fit a ClOrdID is a fault of the operator."""
    with pytest.raises(OperatorFault, match="instance"):
        make_strategy(instance)


def test_a_password_too_long_for_a_login_is_refused_at_the_start(
    make_strategy: Make, tmp_path: Path
) -> None:
    """A SoupBinTCP login has ten characters for it."""
    (tmp_path / "password").write_text("12345678901")

    with pytest.raises(OperatorFault, match="a password has 10 or less"):
        make_strategy()


def test_its_control_socket_has_the_name_of_the_instance(tmp_path: Path) -> None:
    """Two instances may have the same configuration, so {instance} is replaced."""
    password = tmp_path / "password"
    password.write_text("secret")
    config = tmp_path / "any.toml"
    config.write_text(
        f'''
        user = "news"
        quantity = "10"
        feed = "127.0.0.1:1"
        orders = "127.0.0.1:1"
        password_file = "{password}"
        control_socket = "{tmp_path}/strategy-{{instance}}.sock"
        '''
    )

    with subprocess.Popen(
        [sys.executable, "-m", "tradestack_strategy", "banks", "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline(), process.stderr.readline()]
        is_there = (tmp_path / "strategy-banks.sock").is_socket()
        process.terminate()

    assert is_there
    assert any("no connection to orders at 127.0.0.1:1" in line for line in lines)
