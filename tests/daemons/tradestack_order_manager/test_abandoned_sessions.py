"""Accounts in a feed session that a relay has given up: they end with what the relay has of it."""

from pathlib import Path

import pytest

from tests.ctl.verify.traded import order
from tests.daemons.tradestack_order_manager.carried import register, verify_session
from tests.daemons.tradestack_order_manager.executing import limit
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.ctl.verify.verify_session import verify_session as files_verified
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.report.files.state_files import StateFiles
from tradestack.trading.execution.model import ExecutionModel
from tradestack.wire.order_messages import Progress

SESSION = "3DAA200000"


def abandon(recorded: RecordedSession) -> str:
    """Give up the feed session, and begin the next one; return its id."""
    sidecar = recorded.log.path.with_suffix(".json")
    begun = recorded.begin_feed_session()
    sidecar.write_text('{"ended": false, "ended_head": null, "incomplete": true}')
    return begun


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_works_expires_with_the_last_message(tmp_path: Path, is_killed: bool) -> None:
    """Whether the order manager sees it happen or starts after it; requests come too late."""
    manager = TapeOrderManager(tmp_path)
    feed = manager.feed(SESSION)
    manager.start()
    client = manager.client("news")
    client.send(limit("resting", "99", feed_session=SESSION, feed_seq=1))
    client.receive(1)
    feed.trade(2, 100)
    (filled,) = client.receive(1)
    if is_killed:
        manager.kill()
    feed.abandon()
    manager.feed("3DAA200001")
    if is_killed:
        manager.start()
        client = manager.client("news")
        client.receive(2)
    (expired,) = client.receive(1)

    assert isinstance(filled, ExecutionReport)
    assert isinstance(expired, ExecutionReport)
    assert (filled.exec_type, filled.last_quantity) == (ExecType.TRADE, 2 * SCALE)
    assert (expired.ord_status, expired.cum_quantity) == (OrdStatus.EXPIRED, 2 * SCALE)
    assert (expired.feed_session, expired.feed_seq) == (SESSION, 2)
    assert expired.restatement_reason is None
    manager.close()


@pytest.mark.parametrize("is_strategy", [False, True])
def test_the_end_is_verified(tmp_path: Path, is_strategy: bool) -> None:
    """A strategy is waited for until it goes on in the next session."""
    with RecordedSession(tmp_path, ExecutionModel(default_size=100 * SCALE)) as recorded:
        if is_strategy:
            recorded.send(register(FEED_SESSION))
        recorded.publish(*trades("SPY", "100", "101"))
        recorded.send(order("resting", 10, "90"))
        begun = abandon(recorded)
        recorded.pass_time()
        if is_strategy:
            assert not recorded.account(feed_session=FEED_SESSION).state.is_ended
            recorded.send(register(begun), Progress(feed_session=begun, feed_seq=0))
        recorded.pass_time()
        recorded.pass_time()

        state = recorded.account(feed_session=FEED_SESSION).state
        assert (state.is_ended, state.is_left_behind) == (True, False)
        assert (state.orders, state.matched_through) == ({}, 2)
        assert verify_session(recorded, FEED_SESSION).counts.reports == 2
        result = files_verified(StateFiles(recorded.directory / "state"), FEED_SESSION)
        assert (result.findings, result.is_ended) == ([], True)
