"""Reports that wait until they are visible."""

import pytest

from tests.trading.executions import execution
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType
from tradestack.trading.desk import report_queue
from tradestack.trading.desk.report_queue import ReportQueue
from tradestack.wire.errors import ProtocolError


def fill(number: int, visible_ns: int | None, feed_session: str = "0ABCDEFGHI") -> ExecutionReport:
    """A fill that is visible from then on."""
    return execution(
        "a", ExecType.TRADE, exec_id=str(number), visible_time_ns=visible_ns,
        feed_session=feed_session,
    )  # fmt: skip


def taken(queue: ReportQueue, time_ns: int) -> list[str]:
    """Take what is visible at that time; return the numbers of the fills."""
    reports = queue.take_visible(time_ns)
    return [report.exec_id for report in reports if isinstance(report, ExecutionReport)]


def test_reports_are_visible_after_their_time_and_in_order() -> None:
    """At the time itself they are not; one that is ahead holds up what is behind."""
    queue = ReportQueue()
    for number, visible_ns in ((1, 5), (2, 9), (3, 7)):
        queue.add(fill(number, visible_ns))

    visible = [taken(queue, time_ns) for time_ns in (5, 6, 8, 10)]

    assert visible == [[], ["1"], [], ["2", "3"]]
    assert len(queue) == 0


def test_only_reports_of_the_feed_session_are_kept() -> None:
    """Before it is known all are; a report without feed time is never shown."""
    queue = ReportQueue()

    queue.add(fill(1, 1))
    queue.add(fill(2, 1, "0ABCDEFGHJ"))
    queue.add(fill(3, None))
    before = len(queue)
    queue.enter_session("0ABCDEFGHJ")
    queue.add(fill(4, 1))
    queue.add(fill(5, 1, "0ABCDEFGHJ"))

    assert before == 2
    assert taken(queue, 2) == ["2", "5"]


def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An order manager cannot fill the strategy's memory."""
    monkeypatch.setattr(report_queue, "REPORTS_WAITING_MAX", 2)
    queue = ReportQueue()
    queue.add(fill(1, 1))
    queue.add(fill(2, 1))

    with pytest.raises(ProtocolError, match="more than 2 reports"):
        queue.add(fill(3, 1))
