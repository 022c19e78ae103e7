"""A strategy that is stopped with working orders: what becomes of them, by cancel_on_stop."""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_strategy.executed_feed import ExecutedFeed
from tests.daemons.tradestack_strategy.test_in_step import part
from tests.kit.strategy_process import StrategyProcess
from tests.trading.verification.verified import payloads_of, verify
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport
from tradestack.domain.order import ExecType
from tradestack.domain.requests import OrderMassCancelRequest
from tradestack.net.server.users import Users
from tradestack.wire.journal.account_records import RequestRecord
from tradestack_strategy.orders.mass_cancel import CANCEL_TIMEOUT_S

# A strategy that waits for its mass cancel as long as a start takes on a busy machine.
PATIENT = (
    "-c",
    "from tradestack_strategy import service\n"
    "service.CANCEL_TIMEOUT_S = 100.0\n"
    "from tradestack_strategy.__main__ import main\n"
    "main()",
)
AT = 20  # messages of the feed that are published before the strategy is stopped


async def trades(
    feed: ExecutedFeed, program: Sequence[str] = (), **keys: object
) -> StrategyProcess:
    """Start order manager and strategy; return the strategy once it has handled the feed.

    program: arguments of the interpreter that run it otherwise than as installed.
    """
    feed.order_manager.start()
    feed.feed.append(part(1, AT).records)
    strategy = feed.strategy(**keys)
    strategy.program = program or strategy.program
    strategy.start()
    await strategy.stats_when(lambda stats: stats["sequence_processed"] == AT)
    return strategy


async def until(condition: Callable[[], bool]) -> None:
    """Wait for the condition."""
    while not condition():
        await asyncio.sleep(0.002)


def canceled(feed: ExecutedFeed) -> list[ExecutionReport]:
    """Return the reports on orders that a mass cancel has ended."""
    return [
        report
        for report in feed.reports()
        if isinstance(report, ExecutionReport)
        and report.exec_type is ExecType.CANCELED
        and report.orig_cl_ord_id is None
    ]


def mass_cancels(feed: ExecutedFeed) -> Sequence[OrderMassCancelReport]:
    """Return the answers to mass cancels."""
    return [report for report in feed.reports() if isinstance(report, OrderMassCancelReport)]


def is_at(sequence: int, stats: Mapping[str, Any]) -> bool:
    """Whether a strategy has processed the feed up to that message."""
    return bool(stats["sequence_processed"] == sequence)


def requests(feed: ExecutedFeed) -> list[OrderMassCancelRequest]:
    """Return the mass cancels that the order manager has taken."""
    requests = [each.request for each in feed.records() if isinstance(each, RequestRecord)]
    return [each for each in requests if isinstance(each, OrderMassCancelRequest)]


async def test_a_stop_cancels_what_works(tmp_path: Path, users: Users) -> None:
    """By one mass cancel without a message of the feed; journal and order log have the cancels."""
    async with ExecutedFeed(tmp_path, users) as feed:
        strategy = await trades(feed, cancel_on_stop=True)
        working = feed.order_manager.stats()["orders_working"]

        status = await strategy.stop()

        stats = feed.order_manager.stats_when(lambda stats: not stats["order_log_behind"])
        (request,) = requests(feed)
        (answer,) = mass_cancels(feed)
        assert status == 0
        assert stats["orders_working"] == 0
        assert len(canceled(feed)) == answer.affected_count == working > 0
        assert (request.feed_session, request.feed_seq) == (feed.feed.log.session_id, None)
        log = feed.order_manager.order_log.read_text()
        assert all(
            any(report.exec_id in line and "Canceled Order" in line for line in log.splitlines())
            for report in canceled(feed)
        )
        assert f"cancel_on_stop: {working} orders canceled" in strategy.log


async def test_a_cancel_that_takes_time_is_answered_with_the_feed(
    tmp_path: Path, users: Users
) -> None:
    """Nobody waits for the strategy any more: the feed goes on, the cancel arrives, and it ends."""
    async with ExecutedFeed(tmp_path, users) as feed:
        feed.order_manager.configure(
            execution={"model": "tape", "default_size": "0", "entry_latency": "1us"}
        )
        strategy = await trades(feed, cancel_on_stop=True)
        working = feed.order_manager.stats()["orders_working"]
        strategy.signal(signal.SIGTERM)
        await until(lambda: bool(requests(feed)))
        assert not mass_cancels(feed)

        records = part(AT + 1, AT + 10).records.copy()
        records["event_time_ns"] += NANOSECONDS_PER_SECOND
        feed.feed.append(records)

        assert await strategy.ended() == 0
        (answer,) = mass_cancels(feed)
        assert len(canceled(feed)) == answer.affected_count > 0
        assert feed.order_manager.stats()["orders_working"] == 0 < working
        assert f"cancel_on_stop: {answer.affected_count} orders canceled" in strategy.log
        verify(feed.feed.log.path, *map(payloads_of, feed.journals))


async def test_without_the_key_orders_go_on(tmp_path: Path, users: Users) -> None:
    """A restart does not cost them their places."""
    async with ExecutedFeed(tmp_path, users) as feed:
        strategy = await trades(feed)

        assert await strategy.stop() == 0

        assert feed.order_manager.stats()["orders_working"] > 0
        assert not requests(feed)


async def test_a_strategy_without_working_orders_asks_for_nothing(
    tmp_path: Path, users: Users
) -> None:
    """It knows that there are none."""
    async with ExecutedFeed(tmp_path, users) as feed:
        feed.order_manager.start()
        strategy = feed.strategy(cancel_on_stop=True)
        strategy.start()
        await strategy.stats_when(lambda stats: stats["state"] == "live")

        assert await strategy.stop() == 0

        assert not requests(feed)


async def test_a_stop_without_the_order_manager_says_what_is_left(
    tmp_path: Path, users: Users
) -> None:
    """It ends in time, and names the orders and the remedy."""
    async with ExecutedFeed(tmp_path, users) as feed:
        strategy = await trades(feed, cancel_on_stop=True)
        feed.order_manager.signal(signal.SIGSTOP)
        loop = asyncio.get_running_loop()
        began_s = loop.time()

        status = await strategy.stop()

        took_s = loop.time() - began_s
        feed.order_manager.signal(signal.SIGCONT)
        (line,) = [line for line in strategy.log.splitlines() if "not known to be canceled" in line]
        assert status == 0
        assert took_s >= CANCEL_TIMEOUT_S
        assert "tradestackctl cancel-orders --user news" in line
        assert feed.feed.log.session_id in line.partition("orders=")[2]


async def test_an_order_manager_that_comes_back_in_time_cancels(
    tmp_path: Path, users: Users
) -> None:
    """The request is sent again on the next connection, under the same name."""
    async with ExecutedFeed(tmp_path, users) as feed:
        strategy = await trades(feed, PATIENT, cancel_on_stop=True)
        feed.order_manager.kill()
        strategy.signal(signal.SIGTERM)
        feed.order_manager.start()

        assert await strategy.ended() == 0

        assert feed.order_manager.stats()["orders_working"] == 0
        assert len(requests(feed)) == 1


@pytest.mark.parametrize("kill", ["before the request is taken", "after it", "after the end"])
async def test_later_runs_decide_alike_behind_it(tmp_path: Path, users: Users, kill: str) -> None:
    """Killed at the stop or after it, twice: no request is sent twice, and all have one answer."""
    async with ExecutedFeed(tmp_path, users) as feed:
        strategy = await trades(feed, cancel_on_stop=True)
        if kill == "before the request is taken":
            feed.order_manager.signal(signal.SIGSTOP)
        strategy.signal(signal.SIGTERM)
        if kill == "after the end":
            await strategy.ended()
        else:
            is_early = kill == "before the request is taken"
            await until(lambda: "stopping" in strategy.log if is_early else bool(requests(feed)))
            await strategy.kill()
        feed.order_manager.signal(signal.SIGCONT)
        for last in (60, 120):
            strategy.start()
            feed.feed.append(part(feed.feed.log.head + 1, last).records)
            await strategy.stats_when(partial(is_at, last))
            await strategy.kill()
        strategy.start()
        stats = await strategy.stats_when(lambda stats: stats["sequence_processed"] == 120)

        names = [
            report.cl_ord_id
            for report in feed.reports()
            if isinstance(report, ExecutionReport)
            and report.exec_type in (ExecType.NEW, ExecType.REJECTED)
        ]
        assert len(requests(feed)) == len(mass_cancels(feed)) <= 1
        assert len(names) == len(set(names))
        assert stats["orders_sent"] == stats["orders_acknowledged"] == len(names)
        assert stats["process"]["reports_unmatched"] == 0
        working = feed.order_manager.stats()["orders_working"]
        assert stats["orders_working"] == working
