"""Accounts whose feed session has ended before a message that they have met, after a power cut."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verify.traded import order
from tests.ctl.why.stories import object_of, told
from tests.daemons.tradestack_order_manager.carried import register, verify_session
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tests.trading.verification.verified import payloads_of, verify
from tradestack.ctl.verify.verify_session import verify_session as files_verified
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import CxlRejReason, ExecType, OrdStatus
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.report.files.state_files import StateFiles
from tradestack.trading.execution.model import ExecutionModel, Latency
from tradestack.trading.verification.difference import Differs
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import decode_record
from tradestack.wire.order_messages import Progress

SLOW = ExecutionModel(
    default_size=100 * SCALE,
    entry_latency=Latency(5 * NANOSECONDS_PER_SECOND),
)
# Orders by number: filled in part; replaced to 20; a limit that rests, to be canceled.
PARTLY, REPLACED, RESTING = 1, 2, 3


def lose_log(recorded: RecordedSession, messages: int = 1) -> None:
    """End the feed session with its first messages alone, and restart the order manager."""
    path = recorded.log.path
    recorded.begin_feed_session()
    with path.open("r+b") as log:
        log.truncate(64 * messages)
    path.with_suffix(".crc").unlink()  # of messages that are not there any more
    ended = f'{{"ended": true, "ended_head": {messages}}}'
    path.with_suffix(".json").write_text(ended)
    recorded.restart()


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[RecordedSession]:
    """Three orders that work when the power is cut, and a cancel that has not arrived."""
    with RecordedSession(tmp_path, SLOW) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("partly", 30), order("first", 10, "90"), order("resting", 10, "80"))
        again = OrderCancelReplaceRequest(
            cl_ord_id="again",
            orig_cl_ord_id="first",
            quantity=20 * SCALE,
            price=parse_fixed("91"),
        )
        recorded.send(again)
        recorded.publish(*trades("SPY", *["100"] * 6, size=10))
        recorded.pass_time()
        recorded.send(OrderCancelRequest(cl_ord_id="cancel", orig_cl_ord_id="resting"))
        yield recorded


def ends(recorded: RecordedSession) -> list[ExecutionReport | OrderCancelReject]:
    """The reports at the end of the newest journal, from the first EXPIRED on."""
    records = [decode_record(payload) for payload in payloads_of(recorded.journal)]
    reports = [each.report for each in records if isinstance(each, ExecutionRecord)]
    expired = [
        index
        for index, report in enumerate(reports)
        if isinstance(report, ExecutionReport) and report.exec_type is ExecType.EXPIRED
    ]
    found = reports[expired[0] :] if expired else []
    return [each for each in found if isinstance(each, ExecutionReport | OrderCancelReject)]


def require_ended(recorded: RecordedSession) -> None:
    """Every order has its final report, and the cancel its answer, at the newest message met."""
    *expired, refused = ends(recorded)
    found = [
        (each.order_id, each.cl_ord_id, each.ord_status, each.quantity, each.cum_quantity)
        for each in expired
        if isinstance(each, ExecutionReport)
    ]
    assert found == [
        (PARTLY, "partly", OrdStatus.EXPIRED, 30 * SCALE, 20 * SCALE),
        (REPLACED, "again", OrdStatus.EXPIRED, 20 * SCALE, 0),
        (RESTING, "resting", OrdStatus.EXPIRED, 10 * SCALE, 0),
    ]
    assert isinstance(refused, OrderCancelReject)
    assert refused.reject_reason is CxlRejReason.TOO_LATE_TO_CANCEL
    assert (refused.order_id, refused.ord_status) == (RESTING, OrdStatus.EXPIRED)
    assert {each.feed_seq for each in ends(recorded)} == {7}


def test_what_worked_has_expired_by_itself(
    recorded: RecordedSession, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody has to wait for the account; the next one begins flat."""
    lose_log(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.pass_time()
    recorded.pass_time()

    require_ended(recorded)
    state = recorded.account(feed_session=FEED_SESSION).state
    assert state.is_left_behind
    assert state.portfolio.position("SPY").quantity == 20 * SCALE
    assert "what worked has expired" in caplog.text
    assert recorded.send(order("next", 1)).orders[0].reason is None
    assert not recorded.account().state.portfolio.held


@pytest.mark.parametrize("messages", [0, 1, 6])
def test_a_log_of_any_length_ends_it_alike(recorded: RecordedSession, messages: int) -> None:
    """Also where nothing of the log is left, and where it lacks one message."""
    lose_log(recorded, messages)
    recorded.pass_time()

    require_ended(recorded)


def test_a_log_that_has_what_was_met_ends_it_as_ever(recorded: RecordedSession) -> None:
    """Then the account is folded, and what works expires without a reason."""
    lose_log(recorded, 7)
    recorded.pass_time()
    recorded.pass_time()

    state = recorded.account(feed_session=FEED_SESSION).state
    assert (state.is_ended, state.is_left_behind) == (True, False)
    expired = [each for each in ends(recorded) if isinstance(each, ExecutionReport)]
    assert [each.restatement_reason for each in expired] == [None] * 3


def test_a_session_that_goes_on_ends_nothing(recorded: RecordedSession) -> None:
    """The gateway publishes the messages again."""
    recorded.restart()
    with recorded.log.path.open("r+b") as log:
        log.truncate(64)
    recorded.pass_time()

    assert not ends(recorded)


@pytest.mark.parametrize("kept", range(6))
def test_the_end_is_the_same_after_a_crash_in_it(recorded: RecordedSession, kept: int) -> None:
    """Four reports and a checkpoint: however many of them were written before."""
    lose_log(recorded)
    before = len(payloads_of(recorded.journal))
    recorded.pass_time()
    whole = payloads_of(recorded.journal)

    recorded.cut(before + kept)
    recorded.pass_time()
    recorded.pass_time()

    assert len(payloads_of(recorded.journal)) == len(whole) == before + 5
    require_ended(recorded)
    assert verify_session(recorded, FEED_SESSION).ends.users == {"news"}


def test_a_journal_that_cannot_be_read_meanwhile_is_said_once(
    recorded: RecordedSession, caplog: pytest.LogCaptureFixture
) -> None:
    """The account ends when it can be read again, by the same reports."""
    lose_log(recorded)
    whole = recorded.journal.read_bytes()
    os.truncate(recorded.journal, 100)

    for _ in range(3):
        recorded.pass_time()

    assert [each.levelname for each in caplog.records] == ["ERROR"]
    assert "cannot be used: [Errno 5]" in caplog.text
    recorded.journal.write_bytes(whole)
    recorded.pass_time()
    require_ended(recorded)


def test_another_order_session_begins_with_the_end(recorded: RecordedSession) -> None:
    """Its clients are told, though the account was in the one before."""
    lose_log(recorded)
    recorded.roll_over()

    require_ended(recorded)
    assert verify_session(recorded, FEED_SESSION).ends.users == {"news"}
    recorded.restart()
    assert recorded.account(feed_session=FEED_SESSION).state.is_left_behind


def test_requests_for_it_are_answered(recorded: RecordedSession) -> None:
    """A strategy that is still there goes on, and a cancel comes too late."""
    lose_log(recorded)
    recorded.pass_time()

    batch = recorded.send(
        register(FEED_SESSION),
        Progress(feed_session=FEED_SESSION, feed_seq=1),
        order("late", 1, feed_session=FEED_SESSION, feed_seq=1),
        OrderCancelRequest(cl_ord_id="late-cancel", orig_cl_ord_id="resting"),
    )

    assert not batch.unavailable
    last = decode_record(payloads_of(recorded.journal)[-1])
    assert isinstance(last, ExecutionRecord)
    assert isinstance(last.report, OrderCancelReject)
    assert last.report.reject_reason is CxlRejReason.TOO_LATE_TO_CANCEL
    recorded.restart()
    assert not recorded.send(Progress(feed_session=FEED_SESSION, feed_seq=1)).unavailable


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        (b'"CumQty":"20","LeavesQty":"0"', b'"CumQty":"30","LeavesQty":"0"'),
        (b'"OrdStatus":"EXPIRED","Symbol"', b'"OrdStatus":"CANCELED","Symbol"'),
        (b'"is_left_behind":true', b'"is_left_behind":true,"progress":9'),
        (b'"TOO_LATE_TO_CANCEL"', b'"UNKNOWN_ORDER"'),
    ],
)
def test_an_end_that_does_not_follow_is_found(
    recorded: RecordedSession, found: bytes, instead: bytes
) -> None:
    """Reports and state are compared with what the records before them say."""
    lose_log(recorded)
    recorded.pass_time()
    payloads = payloads_of(recorded.journal)
    changed = max(index for index, payload in enumerate(payloads) if found in payload)
    payloads[changed] = payloads[changed].replace(found, instead)

    with pytest.raises(Differs) as differs:
        verify(recorded.gateway / f"{FEED_SESSION}.feed", payloads)

    assert differs.value.difference.line == changed + 1


def test_an_end_without_one_of_its_reports_is_found(recorded: RecordedSession) -> None:
    """Each order that worked has one."""
    lose_log(recorded)
    recorded.pass_time()
    payloads = payloads_of(recorded.journal)
    last = max(index for index, each in enumerate(payloads) if b"TOO_LATE_TO_CANCEL" in each)
    del payloads[last]

    with pytest.raises(Differs) as differs:
        verify(recorded.gateway / f"{FEED_SESSION}.feed", payloads)

    assert differs.value.difference.found == "nothing"


def test_verify_says_it_in_words(recorded: RecordedSession) -> None:
    """What is not compared, and that the end is."""
    lose_log(recorded)
    recorded.pass_time()

    result = files_verified(StateFiles(recorded.directory / "state"), FEED_SESSION)

    assert result.findings == []
    assert any("has ended as its reports say" in each for each in result.unknown)


@pytest.mark.parametrize("messages", [0, 1, 5])
def test_the_story_of_an_order_says_what_is_lost(recorded: RecordedSession, messages: int) -> None:
    """Its reports are told, up to the last one."""
    lose_log(recorded, messages)
    recorded.pass_time()
    state = recorded.directory / "state"

    text = told(state, PARTLY)

    assert "not known: what trades did from there on" in text
    assert "EXPIRED order 1 ClOrdID=partly" in text
    assert text.endswith("end: EXPIRED at message 7, 20 filled\n")
    story = object_of(state, PARTLY)
    assert story["is_over"]
    assert f"the feed log ends with {messages}" in story["lost"]
