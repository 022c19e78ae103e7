"""Somebody truncates the order journal under the running daemon: no client gets empty reports."""

import os
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import enter, some_orders
from tests.kit.order_manager import OrderManager
from tradestack.wire.soup import PacketType
from tradestack.wire.varlink import VarlinkError


def test_only_a_client_that_asks_for_lost_reports_is_disconnected(tmp_path: Path) -> None:
    """Reports that are left are sent; the others are not replaced by nothing."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*some_orders(1, 20))
        client.receive(20)
        other = manager.client("other")
        enter(other, "mine")
        client.close()
        manager.log_numbers()
        journal = manager.state / f"{client.session_id}.journal"
        os.truncate(journal, journal.stat().st_size // 2)

        packets = manager.client().rest()

        assert all(packet.payload for packet in packets if packet.type is PacketType.SEQUENCED_DATA)
        assert "bytes at byte" in manager.errors
        assert manager.stats()["clients"] == 1  # the other one


def test_orders_that_cannot_be_read_are_not_listed(tmp_path: Path) -> None:
    """ListOrders answers with an error in words, and the daemon serves on."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*some_orders(1, 20))
        client.receive(20)
        journal = manager.state / f"{client.session_id}.journal"
        content = journal.read_bytes()
        with journal.open("rb+") as file:  # in place: the daemon has it open
            file.write(content.replace(b'"OrderQty":"', b'"OrderQtX":"'))
        enter(client, "newest")  # of which the daemon has a copy in memory

        with pytest.raises(VarlinkError, match="is damaged"):
            manager.call("ListOrders")
        assert enter(client, "later").order_id == 22
