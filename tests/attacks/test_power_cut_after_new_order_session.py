"""The machine dies after a new order session began while the strategy was away.

The order journal is on the disk, the end of the feed log is not: its head is then before what was
traded, in an order session that knows none of these orders.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register, an_order
from tests.faults.stack import GATEWAY, ORDER_MANAGER, RunningStack
from tests.kit.order_manager import OrderManager
from tests.kit.small_disk import SmallDisk, needs_small_disk
from tradestack.ctl.up.display.progress import is_traded
from tradestack.domain.order import Start
from tradestack.store.journal_lines import read_lines
from tradestack.wire.journal.order_journal import OrderRecord, decode_record

TRADED = 300  # messages of the feed, each with an order
POLL_S = 0.02


@pytest.mark.parametrize("config_hash", ["c0ffee", "decaf"], ids=["same", "edited"])
def test_a_shorter_feed_does_not_bring_orders_back(tmp_path: Path, config_hash: str) -> None:
    """FromSeq lies behind each message that was traded, whatever Head the strategy names."""
    with OrderManager(tmp_path) as manager:
        manager.configure(durability="disk")
        manager.start()
        client = manager.client()
        client.send(a_register(head=0, start=Start.SESSION))
        orders = [
            an_order(cl_ord_id=f"news-{number}", feed_session=FEED_SESSION, feed_seq=number)
            for number in range(1, TRADED + 1)
        ]
        client.send(*orders)
        client.receive(1 + TRADED)
        manager.call("NewSession")
        manager.kill()
        manager.start()

        strategy = manager.client()
        shorter = TRADED // 2
        strategy.send(a_register(head=shorter, start=Start.SESSION, config_hash=config_hash))

        (registered,) = strategy.receive(1)
        assert registered.from_seq == TRADED + 1


def test_a_strategy_trades_each_message_once_when_the_feed_was_shortened(tmp_path: Path) -> None:
    """The whole stack: every decision is in the journals once, in either order session."""
    stack, options = _stack_in(tmp_path)

    async def play() -> None:
        await stack.start(options)
        await _trade_and_begin_a_session(stack)
        await stack.cut_power()
        (feed,) = (tmp_path / "state" / GATEWAY).glob("*.feed")
        with feed.open("rb+") as file:
            file.truncate(feed.stat().st_size // 64 // 2 * 64)
        await _play_to_the_end(stack, options)

    asyncio.run(_and_kill(stack, play()))

    _check_each_once(_journalled(tmp_path))


@needs_small_disk
@pytest.mark.parametrize("durability", ["os", "disk"])
def test_a_power_cut_after_a_new_order_session_brings_no_order_back(
    tmp_path: Path, durability: str
) -> None:
    """The header of the session was synced, the feed log was not: on a disk that loses power."""
    with SmallDisk(tmp_path) as disk:
        stack, options = _stack_in(disk.path, durability)

        async def play() -> None:
            await stack.start([*options, "--pace", "1/s"])
            disk.sync()  # the feed session exists; nearly nothing of it was published
            await stack.set_pace("max")
            await _trade_and_begin_a_session(stack)
            (journal, _) = _journals(disk.path)
            traded = _journalled(disk.path)
            content = journal.read_bytes()
            await stack.cut_power()
            disk.cut_power()
            disk.restart()
            (feed,) = (disk.path / "state" / GATEWAY).glob("*.feed")
            assert feed.stat().st_size < 64 * 36_000
            await _play_to_the_end(stack, options)
            again = _journalled(disk.path)
            if durability == "disk":
                assert journal.read_bytes() == content
                _check_each_once(again)
            else:  # the ended session's journal may have lost its end; the next one repeats nothing
                newest = _journals(disk.path)[-1]
                assert not traded.keys() & _names_in(newest)

        asyncio.run(_and_kill(stack, play()))


def _stack_in(directory: Path, durability: str = "disk") -> tuple[RunningStack, list[str]]:
    config = directory / "news.toml"
    config.write_text('strategy = "news"\nuser = "news"\nquantity = "10"\nstart = "session"\n')
    settings = [
        "gateway.at_end=hold",
        "order-manager.max_order_age='0'",
        "order-manager.free_bytes_min='0B'",
        "gateway.free_bytes_min='0B'",
        f"order-manager.durability='{durability}'",
    ]
    options = ["--strategy-config", str(config)]
    for setting in settings:
        options += ["--set", setting]
    return RunningStack(directory, {"news": "news"}), options


async def _and_kill(stack: RunningStack, play: Coroutine[object, object, None]) -> None:
    """Play, and leave no process, whatever happens."""
    try:
        await play
    finally:
        await stack.kill()


async def _trade_and_begin_a_session(stack: RunningStack) -> None:
    await stack.set_pace("max")
    await _until_ended(stack)
    stack.signal("strategy-news", signal.SIGSTOP)
    await stack.call(ORDER_MANAGER, "io.tradestack.OrderManager.NewSession")


async def _play_to_the_end(stack: RunningStack, options: list[str]) -> None:
    await stack.start([*options, "--pace", "max"])
    await _until_ended(stack)
    await stack.stop()


def _check_each_once(names: Counter[str]) -> None:
    assert len(names) > 30
    assert [name for name, count in names.items() if count > 1] == []


async def _until_ended(stack: RunningStack) -> None:
    while (stats := await stack.stats()) is None or not is_traded(stats):
        await asyncio.sleep(POLL_S)


def _journals(directory: Path) -> list[Path]:
    """Return the journals, the oldest first."""
    return sorted((directory / "state" / ORDER_MANAGER).glob("*.journal"))


def _names_in(journal: Path) -> set[str]:
    """Return the ClOrdIDs in a journal."""
    records = [decode_record(line.payload) for line in read_lines(journal) if line.payload]
    return {record.order.cl_ord_id for record in records if isinstance(record, OrderRecord)}


def _journalled(directory: Path) -> Counter[str]:
    """Count the journals that have a ClOrdID."""
    return Counter(name for journal in _journals(directory) for name in _names_in(journal))
