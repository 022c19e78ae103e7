"""The order manager has no more memory, at any place: what it has said stays true.

The process ends at the fault, before anything else runs on what the fault left half done; the next
one recovers from the files.
"""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.entering import enter, some_orders
from tests.daemons.tradestack_order_manager.samples import a_register
from tests.kit.blocking_client import BlockingClient
from tests.kit.order_manager import OrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.net.control.client import ControlFault
from tradestack.wire.orders import decode_server_message
from tradestack.wire.soup import PacketType

EXIT_STATUS_FAULT = 1
# Raises MemoryError behind a call of the named method, once, and tells what is called after that.
PROGRAM = """
import importlib
import sys
from tradestack.store.append_file import AppendFile
from tradestack.net.server.outbox import Outbox

fault_at = {number}
calls = 0
module, owner, method = {place!r}.split(":")
owner = getattr(importlib.import_module(module), owner)
function = getattr(owner, method)

def failing(*arguments, **keywords):
    global calls
    result = function(*arguments, **keywords)
    calls += 1
    if calls == fault_at:
        raise MemoryError("injected")
    return result

setattr(owner, method, failing)

def watched(owner, method):
    function = getattr(owner, method)
    def call(*arguments):
        if calls >= fault_at:
            sys.stderr.write("CALLED AFTER THE FAULT " + method + "\\n")
            sys.stderr.flush()
        return function(*arguments)
    setattr(owner, method, call)

watched(AppendFile, "append")
watched(Outbox, "_send_chunk")
from tradestack_order_manager.__main__ import main
main()
"""
SESSION = "tradestack.sessions.order_session:OrderSession"
STATE = "tradestack.trading.session.session_state:SessionState"
ORDERS = {
    "received": "tradestack_order_manager.settler:Settler:unsequenced_received",
    "journalled": "tradestack.store.append_file:AppendFile:append",
    "committed": f"{STATE}:add_order",
    "sent": "tradestack.net.server.outbox:Outbox:_send_chunk",
    "answered": "tradestack.net.server.scheduler:Scheduler:serve_live",
    "shown": "tradestack_order_manager.show.order_log:OrderLog:write",
}


def acknowledged(client: BlockingClient) -> dict[int, str]:
    """Return the ClOrdID of each order number, of all reports until the connection ends."""
    reports = [
        decode_server_message(packet.payload)
        for packet in client.rest()
        if packet.type is PacketType.SEQUENCED_DATA
    ]
    return {
        report.order_id: report.cl_ord_id
        for report in reports
        if isinstance(report, ExecutionReport) and report.order_id is not None
    }


def check_recovery(manager: OrderManager, said: dict[int, str]) -> None:
    """Start it again; compare what it has with what was acknowledged, and enter an order."""
    manager.start()
    client = manager.client()
    count = manager.stats()["orders_received"]
    has: dict[int, str] = {
        report.order_id: report.cl_ord_id for report in client.receive(count + registered(manager))
        if isinstance(report, ExecutionReport) and report.order_id is not None
    }  # fmt: skip
    assert said.items() <= has.items()
    assert enter(client, "later").order_id == len(has) + 1
    assert manager.log_numbers() == list(range(1, len(has) + 2))


def registered(manager: OrderManager) -> int:
    """Return how many registrations the order session has."""
    count: int = manager.stats()["registrations"]
    return count


@pytest.mark.parametrize("place", ORDERS.values(), ids=ORDERS)
def test_orders_that_were_answered_are_there_once(tmp_path: Path, place: str) -> None:
    """The fault is inside the pass of an order; the client sends many, one pass after another."""
    with OrderManager(tmp_path) as manager:
        manager.start(("-c", PROGRAM.format(place=place, number=20)))
        client = manager.client()
        said: dict[int, str] = {}
        try:
            for order in some_orders(1, 3_000):
                client.send(a_register() if order.cl_ord_id == "c7" else order)
                report: Any = client.receive_one()
                if isinstance(report, ExecutionReport):
                    said[report.order_id or 0] = report.cl_ord_id
        except (AssertionError, OSError):  # it is gone
            said |= acknowledged(client)

        assert manager.wait() == EXIT_STATUS_FAULT
        assert "CALLED AFTER THE FAULT" not in manager.errors
        check_recovery(manager, said)


@pytest.mark.parametrize(
    "place",
    [
        f"{SESSION}:sync",
        "tradestack.store.journal:Journal:create",
        "tradestack.store.journal:Journal:sync",
        "tradestack_order_manager.sessions.order_sessions:OrderSessions:begin_next",
        "tradestack_order_manager.housekeeping:Housekeeping:prune",
    ],
)
def test_a_session_has_begun_or_has_not(tmp_path: Path, place: str) -> None:
    """NewSession fails half-way; order numbers go on in whichever session is current then."""
    number = 2 if place.startswith("tradestack.store") else 1
    with OrderManager(tmp_path) as manager:
        manager.start(("-c", PROGRAM.format(place=place, number=number)))
        client = manager.client()
        enter(client, "first")
        manager.log_numbers()
        client.send(*some_orders(1, 3))
        client.receive(3)
        with pytest.raises(ControlFault):
            manager.call("NewSession")

        assert manager.wait() == EXIT_STATUS_FAULT
        assert "CALLED AFTER THE FAULT append" not in manager.errors
        manager.start()
        assert enter(manager.client(sequence=0), "later").order_id == 5


@pytest.mark.parametrize(
    "place", [f"{SESSION}:record_log_reopened", f"{STATE}:log_reopened", f"{SESSION}:sync"]
)
def test_a_reload_is_done_or_not(tmp_path: Path, place: str) -> None:
    """The record in the journal is whole, and every order has one line."""
    with OrderManager(tmp_path) as manager:
        manager.start(("-c", PROGRAM.format(place=place, number=1)))
        client = manager.client()
        enter(client, "first")
        manager.log_numbers()
        manager.signal(signal.SIGHUP)

        assert manager.wait() == EXIT_STATUS_FAULT
        assert "CALLED AFTER THE FAULT append" not in manager.errors
        manager.start()
        assert enter(manager.client(sequence=0), "later").order_id == 2
        assert manager.log_numbers() == [1, 2]


@pytest.mark.parametrize("spare_bytes", [1 << 20, 4 << 20])
def test_an_address_space_that_is_used_up_loses_nothing(tmp_path: Path, spare_bytes: int) -> None:
    """Whatever allocation fails under load, in Python or below it."""
    with OrderManager(tmp_path) as manager:
        manager.configure(journal_orders_per_second=0)
        manager.start()
        client = manager.client()
        manager.limit_memory(spare_bytes)
        said: dict[int, str] = {}
        sent = 0
        try:
            while sent < 100_000:
                client.send(*some_orders(sent + 1, 500))
                sent += 500
                for report in client.receive(500):
                    assert report.order_id not in said
                    said[report.order_id] = report.cl_ord_id
        except (AssertionError, OSError):
            said |= acknowledged(client)

        manager.wait()
        manager.start()
        client = manager.client()
        has = client.receive(manager.stats()["orders_received"])
        assert said.items() <= {report.order_id: report.cl_ord_id for report in has}.items()
        assert [report.order_id for report in has] == list(range(1, len(has) + 1))
