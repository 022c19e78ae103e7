"""The machine dies after orders were acknowledged, and the client sends them again."""

from collections import Counter
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import some_orders
from tests.kit.order_manager import OrderManager
from tests.kit.small_disk import SmallDisk, needs_small_disk
from tradestack.store.journal_lines import read_lines
from tradestack.wire.journal.order_journal import OrderRecord, decode_record

ORDERS = 200


@needs_small_disk
@pytest.mark.parametrize("durability", ["os", "disk"])
def test_what_was_acknowledged_is_known_as_far_as_it_was_durable(
    tmp_path: Path, durability: str
) -> None:
    """With "disk" all of it is; with "os" what is missing is taken again, once."""
    with SmallDisk(tmp_path) as disk, OrderManager(tmp_path) as manager:
        manager.state = disk.path / "state"
        manager.configure(durability=durability, free_bytes_min="0B")
        manager.start()
        disk.sync()
        client = manager.client()
        client.send(*some_orders(1, ORDERS))
        client.receive(ORDERS)
        manager.kill()
        disk.cut_power()
        disk.restart()
        stats = manager.start()
        survived = stats["orders_received"]

        again = manager.client(sequence=0)
        again.send(*some_orders(1, ORDERS))
        again.receive(ORDERS - survived)

        assert durability == "os" or survived == ORDERS
        stats = manager.stats_when(lambda stats: stats["orders_duplicate"] == survived)
        assert stats["orders_received"] == ORDERS
        assert Counter(_names(manager.state)) == Counter(f"c{n}" for n in range(1, ORDERS + 1))
        manager.stop()


def _names(state: Path) -> list[str]:
    records = [
        decode_record(line.payload)
        for journal in state.glob("*.journal")
        for line in read_lines(journal)
        if line.payload
    ]
    return [record.order.cl_ord_id for record in records if isinstance(record, OrderRecord)]
