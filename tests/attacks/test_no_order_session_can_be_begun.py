"""Another order session is asked for, and its journal cannot be made: the current one goes on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import enter
from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.blocking_client import BlockingClient
from tests.kit.daemon import FILE_SIZE_UNLIMITED
from tests.kit.order_manager import OrderManager
from tradestack.wire.varlink import VarlinkError

Hindrance = Callable[[OrderManager], AbstractContextManager[None]]

# The daemon without capabilities, so that rights bind it also where root runs the tests. A session
# is due while there is a file of that name.
PROGRAM = """
import ctypes
import os
import tradestack_order_manager.housekeeping as housekeeping
from tradestack_order_manager.__main__ import main
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0
housekeeping.INTERVAL_S = 0.05
housekeeping.is_session_due = lambda *_: os.path.exists({due!r})
main()
"""


@contextmanager
def not_writable(manager: OrderManager) -> Iterator[None]:
    """Take away the right to make files in the state directory."""
    manager.state.chmod(0o500)
    try:
        yield
    finally:
        manager.state.chmod(0o700)


@contextmanager
def full(manager: OrderManager) -> Iterator[None]:
    """Let no file grow, as a full disk does."""
    manager.limit_file_size(0)
    try:
        yield
    finally:
        manager.limit_file_size(FILE_SIZE_UNLIMITED)


@pytest.mark.parametrize("hinder", [not_writable, full])
def test_the_caller_gets_an_error_with_words(tmp_path: Path, hinder: Hindrance) -> None:
    """Nothing has changed, and the next attempt begins a session."""
    with OrderManager(tmp_path) as manager:
        manager.start(("-c", PROGRAM.format(due="")))
        client = manager.client()
        enter(client, "first")

        with hinder(manager), pytest.raises(VarlinkError) as refused:
            manager.call("NewSession")

        assert "NotAvailable" in str(refused.value)
        assert refused.value.parameters["reason"]
        assert enter(client, "second").order_id == 2
        assert [path.stem for path in manager.state.glob("*.journal")] == [client.session_id]
        session = manager.call("NewSession")["session"]
        assert manager.client().session_id == session


@pytest.mark.parametrize("hinder", [not_writable, full])
def test_a_scheduled_session_is_tried_again(tmp_path: Path, hinder: Hindrance) -> None:
    """The daemon serves on, says it once, and begins the session when it can."""
    due = tmp_path / "due"
    with OrderManager(tmp_path) as manager:
        manager.start(("-c", PROGRAM.format(due=str(due))))
        client = manager.client()
        with hinder(manager):
            due.touch()
            manager.stats_when(lambda stats: "goes on" in str(stats["last_error"]))
            enter_if_possible(client)

        manager.stats_when(lambda stats: stats["session"] != client.session_id)
        due.unlink()

        assert manager.errors.count(f"order session {client.session_id} goes on") <= 1
        assert enter(manager.client(), "later").order_id is not None


def enter_if_possible(client: BlockingClient) -> None:
    """Enter an order, which is answered, taken or not."""
    client.send(an_order())
    client.receive_one()
