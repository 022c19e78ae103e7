"""The journal of an ended order session cannot be read when a client asks for that session."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import enter
from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.blocking_client import BlockingClient
from tests.kit.order_manager import OrderManager
from tests.kit.rewritten_journal import rewrite_header
from tradestack.store.journal_lines import read_lines

Harm = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def with_a_changed_byte(path: Path) -> Iterator[None]:
    """Change a byte in the middle, as a bad disk does."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    yield


@contextmanager
def without_its_end(path: Path) -> Iterator[None]:
    """Cut it in the middle of the last line."""
    os.truncate(path, path.stat().st_size - 20)
    yield


@contextmanager
def without_a_line(path: Path) -> Iterator[None]:
    """Remove a whole line in the middle."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    yield


@contextmanager
def of_another_version(path: Path) -> Iterator[None]:
    """Let it be of a later tradestack."""
    rewrite_header(path, Version=99)
    yield


@contextmanager
def locked_by_a_backup(path: Path) -> Iterator[None]:
    """Hold a lock on it, as a program that copies it may."""
    with path.open("rb") as backup:
        fcntl.flock(backup, fcntl.LOCK_SH)
        yield


@contextmanager
def replaced_by_a_directory(path: Path) -> Iterator[None]:
    """Put a directory in its place."""
    path.unlink()
    path.mkdir()
    yield


@contextmanager
def replaced_by_a_fifo(path: Path) -> Iterator[None]:
    """Put something in its place to which nobody writes."""
    path.unlink()
    os.mkfifo(path)
    yield


@contextmanager
def empty(path: Path) -> Iterator[None]:
    """Cut all of it."""
    os.truncate(path, 0)
    yield


def logged_in(manager: OrderManager, session: str) -> BlockingClient:
    """Ask for a session, and return the client with the answer."""
    return manager.raw_client().send_login(session, 1).await_answer()


@pytest.mark.parametrize(
    "harm",
    [
        with_a_changed_byte,
        without_its_end,
        without_a_line,
        of_another_version,
        locked_by_a_backup,
        replaced_by_a_directory,
        replaced_by_a_fifo,
        empty,
    ],
)
def test_only_the_login_that_asks_for_it_is_refused(tmp_path: Path, harm: Harm) -> None:
    """The others go on trading, and the log has one line about it for many logins."""
    with OrderManager(tmp_path) as manager, ExitStack() as harmed:
        manager.start()
        client = manager.client()
        client.send(*[an_order(cl_ord_id=f"c{number}") for number in range(9)])
        client.receive(9)
        manager.call("NewSession")
        manager.stop()
        harmed.enter_context(harm(manager.state / f"{client.session_id}.journal"))
        manager.start()
        bystander = manager.client("other")

        for _ in range(3):
            assert logged_in(manager, client.session_id).rejected

        assert enter(bystander, "later").order_id == 10
        assert manager.errors.count(f"ended order session {client.session_id} is not served") == 1


def test_a_journal_that_can_be_read_again_is_served_again(tmp_path: Path) -> None:
    """A lock of a backup ends, and then the session has its reports and its end."""
    with OrderManager(tmp_path) as manager:
        manager.start(("-c", RETRYING_AT_ONCE))
        client = manager.client()
        client.send(an_order())
        client.receive_one()
        manager.call("NewSession")
        manager.stop()
        manager.start(("-c", RETRYING_AT_ONCE))
        with locked_by_a_backup(manager.state / f"{client.session_id}.journal"):
            assert logged_in(manager, client.session_id).rejected

        again = logged_in(manager, client.session_id)

        assert not again.rejected
        assert [chr(packet.type) for packet in again.rest()] == ["S", "Z"]


def test_the_current_session_s_journal_stops_the_start(tmp_path: Path) -> None:
    """Its fault is the operator's: nothing is to be acknowledged in another one's place."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*[an_order(cl_ord_id=f"c{number}") for number in range(9)])
        client.receive(9)
        manager.kill()
        (path,) = manager.state.glob("*.journal")
        with with_a_changed_byte(path):
            manager.launch()
            assert manager.wait() == 78
        assert any(line.is_damaged for line in read_lines(path))


RETRYING_AT_ONCE = """
import tradestack_order_manager.sessions.order_sessions as order_sessions
order_sessions.UNREADABLE_RETRY_NS = 0
from tradestack_order_manager.__main__ import main
main()
"""
