"""order_log.txt of an order manager that executes: every report has its line, over any end."""

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.daemons.tradestack_order_manager.show.recorded import lines_of
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import MassCancelRequestType, OrdType, TimeInForce
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
)
from tradestack.sessions.order_session import OrderSession

FAIL_POINTS = "TRADESTACK_FAIL_POINTS"
QUANTITY = 1_000
ROUNDS = 3
TRADES = 25  # in each round, of one share each

A_DAY = """\
Received Order 1: BUY 10 SPY @ 168.23 news sentiment=85.48 ClOrdID=a user=news
Partly Filled Order 1: BUY 4 SPY @ 101, 4 of 10 done, fee 0.04 ClOrdID=a report=*-3 user=news
Filled Order 1: BUY 6 SPY @ 102, 10 of 10 done, fee 0.06 ClOrdID=a report=*-4 user=news
Received Order 2: BUY 10 SPY @ 168.23 news sentiment=85.48 ClOrdID=b user=news
Replaced Order 2: BUY 12 SPY @ 51, 0 of 12 done ClOrdID=c OrigClOrdID=b report=*-6 user=news
Canceled Order 2: BUY 12 SPY, 0 of 12 done ClOrdID=d OrigClOrdID=c report=*-7 user=news
Rejected Cancel of Order 1: ClOrdID=e OrigClOrdID=a report=*-8 user=news TOO_LATE_TO_CANCEL
Rejected Replace: ClOrdID=f OrigClOrdID=none report=*-9 user=news UNKNOWN_ORDER
Received Order 3: BUY 10 SPY @ 168.23 news sentiment=85.48 ClOrdID=g user=news
Canceled Order 3: BUY 10 SPY, 0 of 10 done ClOrdID=g report=*-11 user=news
Canceled All: 1 orders ClOrdID=h report=*-12 user=news
Received Order 4: BUY 10 SPY @ 168.23 news sentiment=85.48 ClOrdID=i user=news
Expired Order 4: BUY 10 SPY, 0 of 10 done ClOrdID=i report=*-14 user=news
"""


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[TapeOrderManager]:
    """An order manager that executes, and was not started."""
    with TapeOrderManager(tmp_path) as manager:
        yield manager


def day(cl_ord_id: str, quantity: int = 10, limit: str | None = None) -> Any:
    """Make an order that works until the feed session ends."""
    terms: dict[str, Any] = {"ord_type": OrdType.LIMIT, "price": parse_fixed(limit or "1")}
    return an_order(
        cl_ord_id=cl_ord_id,
        quantity=quantity * SCALE,
        time_in_force=TimeInForce.DAY,
        **(terms if limit else {}),
    )


def test_each_thing_that_becomes_of_an_order_has_a_line(manager: TapeOrderManager) -> None:
    """A day of one client, as people read it; a log that is lost is written again, to the byte."""
    execution = {"model": "tape", "default_size": "0", "fee_per_share": "0.01"}
    manager.configure(execution=execution, max_order_age="0")
    feed = manager.feed()
    feed.trade(1)  # there is a price when the order comes
    manager.start()
    client = manager.client()
    client.send(day("a"), b'{"MsgType":"NewOrderSingle"}')
    client.receive(2)
    feed.trade(4, 101)
    feed.trade(50, 102)
    client.receive(2)
    steps: list[tuple[Any, int]] = [
        (day("b", limit="50"), 1),
        (
            OrderCancelReplaceRequest(
                cl_ord_id="c", orig_cl_ord_id="b", quantity=12 * SCALE, price=51 * SCALE
            ),
            1,
        ),
        (OrderCancelRequest(cl_ord_id="d", orig_cl_ord_id="c"), 1),
        (OrderCancelRequest(cl_ord_id="e", orig_cl_ord_id="a"), 1),
        (
            OrderCancelReplaceRequest(cl_ord_id="f", orig_cl_ord_id="none", quantity=SCALE),
            1,
        ),
        (day("g", limit="50"), 1),
        (OrderMassCancelRequest(cl_ord_id="h", request_type=MassCancelRequestType.ALL), 2),
        (day("i", limit="50"), 1),
    ]
    for message, answers in steps:
        client.send(message)
        client.receive(answers)
    feed.end()
    client.receive(1)
    manager.stats_when(lambda stats: not stats["order_log_behind"])

    log = manager.order_log.read_text()
    shown = re.sub(r"report=\w+", "report=*", re.sub(r"(?m)^\S+Z ", "", log))
    assert shown == A_DAY
    assert manager.errors.count("order filled orderid=1 symbol=SPY side=BUY clordid=a") == 2
    assert "cancel or replace rejected orderid=1 clordid=e origclordid=a" in manager.errors
    manager.kill()
    manager.order_log.unlink()
    manager.start()
    assert manager.order_log.read_text() == log


Rotate = Callable[[TapeOrderManager, Path], None]


def not_at_all(manager: TapeOrderManager, rotated: Path) -> None:
    """Leave the log where it is."""


def while_it_runs(manager: TapeOrderManager, rotated: Path) -> None:
    """Rename it, and have it reopened, while fills come."""
    manager.order_log.rename(rotated)
    manager.signal(signal.SIGHUP)


def between_two_runs(manager: TapeOrderManager, rotated: Path) -> None:
    """Rename it after the order manager was killed."""
    manager.kill()
    manager.order_log.rename(rotated)
    manager.start()


@pytest.mark.parametrize("place", ["journalled", "reported", "logged"])
@pytest.mark.parametrize("rotate", [not_at_all, while_it_runs, between_two_runs])
def test_fills_have_one_line_each_over_kills_and_rotations(
    manager: TapeOrderManager, monkeypatch: pytest.MonkeyPatch, rotate: Rotate, place: str
) -> None:
    """Killed between journal, report and log again and again, the log follows the journal."""
    feed = manager.feed()
    feed.trade(1)  # there is a price when the order comes
    manager.start()
    client = manager.client()
    session = client.session_id
    client.send(day("a", QUANTITY))
    client.receive(1)
    rotated = []
    for number in range(ROUNDS):
        rotated.append(manager.order_log.with_suffix(f".txt.{number}"))
        rotate(manager, rotated[-1])
        for _ in range(TRADES):
            feed.trade(1)
        manager.kill()
        monkeypatch.setenv(FAIL_POINTS, f"order-manager.{place}:1")
        feed.trade(1)
        manager.launch()
        manager.wait()
        monkeypatch.delenv(FAIL_POINTS)
        manager.start()
    client = manager.client(session=session)
    client.receive(1 + ROUNDS * (TRADES + 1))
    manager.stats_when(lambda stats: not stats["order_log_behind"])
    manager.stop()

    recovered = OrderSession.recover(manager.state / f"{session}.journal")
    assert recovered is not None
    expected = lines_of(recovered, manager.directory / "apart")
    recovered.close()
    files = [*filter(Path.exists, rotated), manager.order_log]
    assert b"".join(file.read_bytes() for file in files) == expected
    assert expected.count(b" Partly Filled Order 1: ") == ROUNDS * (TRADES + 1)
