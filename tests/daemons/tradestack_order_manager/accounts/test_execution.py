"""Orders that are canceled without a request, waits for the feed, and users who are away."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.executing import limit
from tests.daemons.tradestack_order_manager.samples import a_register
from tests.kit.blocking_client import BlockingClient
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecRestatementReason, ExecType
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.wire.order_messages import BusinessMessageReject

DAY = "3DAA200000"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[TapeOrderManager]:
    """An order manager that was not started, and a feed session with a trade."""
    manager = TapeOrderManager(tmp_path)
    manager.feed(DAY).trade(5, 100)
    yield manager
    manager.close()


def working(name: str, **changes: Any) -> Any:
    """A limit order that no trade reaches."""
    return limit(name, "500", feed_session=DAY, **changes)


def executions(client: BlockingClient, count: int) -> list[ExecutionReport]:
    """Receive so many messages; return the execution reports among them."""
    return [each for each in client.receive(count) if isinstance(each, ExecutionReport)]


def test_orders_of_a_user_who_is_gone_are_canceled(manager: TapeOrderManager) -> None:
    """Not before the grace is over; a user without one keeps the orders."""
    manager.configure(away_max="1s", cancel_on_disconnect={"news": "1s"})
    manager.start()
    for user in ("news", "other"):
        client = manager.client(user)
        client.send(working(f"{user}-1"))
        client.receive(1)
        client.close()

    manager.stats_when(lambda stats: stats["orders_canceled"] == 1)

    _, canceled = executions(manager.client("news"), 2)
    assert canceled.exec_type is ExecType.CANCELED
    assert canceled.restatement_reason is ExecRestatementReason.CANCEL_ON_CONNECTION_LOSS
    assert manager.stats()["orders_working"] == 1


def test_a_grace_below_away_max_is_refused(manager: TapeOrderManager) -> None:
    """A restart of a strategy would cancel its orders."""
    manager.configure(away_max="10s", cancel_on_disconnect={"news": "2s"})
    manager.launch()

    assert manager.wait() == 78
    assert "cancel_on_disconnect.news is less than away_max" in manager.errors


@pytest.mark.parametrize(
    ("what", "left"),
    [
        ({}, set()),
        ({"user": "news"}, {"other-1"}),
        ({"symbol": "SPY"}, {"news-2"}),
        ({"user": "other", "symbol": "IBM"}, {"news-1", "news-2", "other-1"}),
    ],
    ids=["all", "a user", "a symbol", "nothing"],
)
def test_an_operator_cancels_orders(
    manager: TapeOrderManager, what: dict[str, str], left: set[str]
) -> None:
    """Of a user, in a symbol, or all; it is the same after a restart."""
    manager.start()
    news, other = manager.client("news"), manager.client("other")
    news.send(working("news-1"), working("news-2", symbol="IBM"))
    other.send(working("other-1"))
    news.receive(2)
    other.receive(1)

    count = manager.call("CancelOrders", {"reason": "the end of the test", **what})["orders"]

    assert count == 3 - len(left)
    assert open_orders(manager) == left
    manager.kill()
    manager.start()
    assert open_orders(manager) == left


def open_orders(manager: TapeOrderManager) -> set[str]:
    """The ClOrdIDs of the orders that work."""
    return {order["cl_ord_id"] for order in manager.call("ListOpenOrders")["orders"]}


def test_changes_of_these_keys_hold_at_once(manager: TapeOrderManager) -> None:
    """`away_max`, `cancel_on_disconnect` and `feed_wait_max` are taken by a reload."""
    manager.configure(away_max="1h", feed_wait_max="1h")
    manager.start()
    client = manager.client()
    client.send(a_register(feed_session=DAY), working("news-1"))
    client.receive(2)
    manager.configure(away_max="1s", feed_wait_max="0", cancel_on_disconnect={"news": "1s"})
    manager.signal(signal.SIGHUP)
    manager.stats_when(lambda stats: stats["process"]["config_reloads"] == 1)
    client.send(working("news-2", feed_seq=99))

    refused = client.receive(1)

    assert [type(each) for each in refused] == [BusinessMessageReject]
    client.close()
    manager.stats_when(lambda stats: stats["orders_canceled"] == 1)


def test_a_register_beyond_the_log_begins_at_its_end(manager: TapeOrderManager) -> None:
    """A head that no message has, by mistake or malice, changes nothing for the order after it."""
    manager.start()
    client = manager.client()
    client.send(a_register(feed_session=DAY, head=2**53 - 1), working("news-1", feed_seq=None))

    _, accepted = client.receive(2)

    assert isinstance(accepted, ExecutionReport)
    assert (accepted.exec_type, accepted.feed_seq) == (ExecType.NEW, 2)


def open_feed_logs(manager: TapeOrderManager) -> set[str]:
    """The ids of the feed sessions whose logs the order manager has open."""
    paths = []
    for descriptor in Path(f"/proc/{manager.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            paths.append(descriptor.readlink())
    logs = [Path(path.name.removesuffix(" (deleted)")) for path in paths]
    return {log.stem for log in logs if log.suffix == FEED_LOG_SUFFIX}


def test_ended_accounts_do_not_hold_deleted_feed_logs(manager: TapeOrderManager) -> None:
    """A looped source makes a feed session a minute, and the gateway keeps a few logs of them."""
    manager.configure(away_max="1h")
    manager.start()
    client = manager.client()
    sessions = [f"3DAA20000{number}" for number in range(5)]
    for session in sessions:
        feed = manager.feed(session)
        client.send(limit(session, "500", feed_session=session))
        client.receive(1)
        feed.end()
        client.receive(1)  # it expires

    for session in sessions[:3]:
        (manager.feed_directory / f"{session}{FEED_LOG_SUFFIX}").unlink()

    manager.stats_when(lambda _stats: open_feed_logs(manager) == set(sessions[3:]))
    client.send(limit("late", "500", feed_session=sessions[0], feed_seq=None))
    (late,) = executions(client, 1)
    assert late.text == "the feed session has ended"
    (account,) = manager.call("ListPositions")["accounts"]
    assert account["feed_session"] == sessions[-1]
