"""The machine dies after a new order session began while the strategy was away.

The order journal is on the disk, the end of the feed log is not: its head is then before what was
traded, in an order session that knows none of these orders.
"""

import asyncio
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register, an_order
from tests.faults.stack import GATEWAY, ORDER_MANAGER, RunningStack
from tests.kit.order_manager import OrderManager
from tradestack.ctl.up.progress import has_ended
from tradestack.domain.order import Start
from tradestack.store.journal_lines import read_lines
from tradestack.wire.order_journal import OrderRecord, decode_record

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
    config = tmp_path / "news.toml"
    config.write_text('signal = "news"\nuser = "news"\nquantity = "10"\nstart = "session"\n')
    options = ["--pace", "max", "--strategy-config", str(config)]
    options += ["--set", "gateway.at_end=hold", "--set", "order-manager.max_order_age='0'"]
    stack = RunningStack(tmp_path, {"news": "news"})

    async def play() -> None:
        await stack.start(options)
        await _until_ended(stack)
        stack.signal("strategy-news", signal.SIGSTOP)
        await stack.call(ORDER_MANAGER, "io.tradestack.OrderManager.NewSession")
        await stack.cut_power()
        (feed,) = (tmp_path / "state" / GATEWAY).glob("*.feed")
        with feed.open("rb+") as file:
            file.truncate(feed.stat().st_size // 64 // 2 * 64)
        await stack.start(options)
        await _until_ended(stack)
        await stack.stop()

    asyncio.run(play())

    names = _journalled(tmp_path)
    assert len(names) > 30
    assert [name for name, count in names.items() if count > 1] == []


async def _until_ended(stack: RunningStack) -> None:
    while (stats := await stack.stats()) is None or not has_ended(stats):
        await asyncio.sleep(POLL_S)


def _journalled(directory: Path) -> Counter[str]:
    """Count the orders of all journals by ClOrdID."""
    journals = (directory / "state" / ORDER_MANAGER).glob("*.journal")
    records = [
        decode_record(line.payload)
        for journal in journals
        for line in read_lines(journal)
        if line.payload
    ]
    return Counter(record.order.cl_ord_id for record in records if isinstance(record, OrderRecord))
