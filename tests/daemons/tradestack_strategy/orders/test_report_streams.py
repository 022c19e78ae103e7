"""The order in which the reports of several order sessions are passed on."""

import pytest

from tradestack.domain.execution_report import OrderMassCancelReport
from tradestack.domain.order import MassCancelRequestType
from tradestack.trading.desk import report_queue
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import SEQUENCE_MAX, Registered
from tradestack_strategy.orders import report_streams
from tradestack_strategy.orders.report_streams import ReportsMissing, ReportStream, ReportStreams


class Told:
    """What was passed on, by name; "|" is the beginning of an order session."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.streams = ReportStreams(
            lambda report: self.names.append(report.cl_ord_id), lambda: self.names.append("|")
        )

    def take(self, session: str, name: str) -> None:
        """Let a report come."""
        self.streams.take(session, report(name))

    def read(self, session: str, *names: str) -> None:
        """Let the reports of an earlier order session be read."""
        for name in names:
            self.take(session, name)
        self.streams.end(session)


def report(name: str) -> OrderMassCancelReport:
    """Make any report."""
    return OrderMassCancelReport(
        cl_ord_id=name,
        request_type=MassCancelRequestType.ALL,
        symbol=None,
        affected_count=0,
        transact_time_ns=0,
    )


def answer(*sessions: str, forgotten: int = 0, first_seq: int | None = None) -> Registered:
    """Make the answer to a Register."""
    return Registered(
        request_id="r",
        feed_session="F",
        from_seq=51,
        first_seq=first_seq,
        order_sessions=sessions,
        order_sessions_forgotten=forgotten,
    )


def test_reports_wait_for_the_registration() -> None:
    """Then they are passed on, and later ones at once."""
    told = Told()
    told.take("S1", "a")
    before = list(told.names)

    from_sequence = told.streams.follow("S1", answer())
    told.take("S1", "b")

    assert before == []
    assert (from_sequence, told.names) == (51, ["|", "a", "b"])


def test_those_of_earlier_order_sessions_come_first() -> None:
    """In the order of the order sessions, whenever they were received."""
    told = Told()
    told.take("S3", "e")
    with pytest.raises(ReportsMissing):
        told.streams.follow("S3", answer("S1", "S2"))
    told.read("S2", "c", "d")
    with pytest.raises(ReportsMissing):
        told.streams.follow("S3", answer("S1", "S2"))
    told.read("S1", "a", "b")

    assert told.streams.follow("S3", answer("S1", "S2", first_seq=7)) == 7
    assert told.names == ["|", "a", "b", "|", "c", "d", "|", "e"]


def test_an_order_session_that_was_followed_is_not_read_again() -> None:
    """Nor does another registration in the same order session begin anything."""
    told = Told()
    told.streams.follow("S1", answer())
    told.take("S1", "a")
    told.streams.end("S1")
    told.take("S2", "b")
    told.streams.follow("S2", answer("S1"))
    told.streams.follow("S2", answer("S1"))

    assert told.names == ["|", "a", "|", "b"]


def test_an_order_session_without_reports_begins_as_well() -> None:
    """No order of an earlier one goes on, whatever was to be read of that."""
    told = Told()
    with pytest.raises(ReportsMissing):
        told.streams.follow("S2", answer("S1"))
    told.read("S1", "a")
    told.streams.follow("S2", answer("S1"))

    assert told.names == ["|", "a", "|"]


@pytest.mark.parametrize(("forgotten", "expected"), [(0, 51), (1, SEQUENCE_MAX)])
def test_without_all_reports_no_orders_are_made(
    forgotten: int, expected: int, caplog: pytest.LogCaptureFixture
) -> None:
    """One that is too long ago to be named cannot be read; the log says so."""
    told = Told()

    assert told.streams.follow("S1", answer(forgotten=forgotten)) == expected
    assert ("makes no orders" in caplog.text) == bool(forgotten)


def test_what_is_forgotten_does_not_concern_a_strategy_that_lives_on() -> None:
    """It has had those reports; in another feed session that does not help."""
    told = Told()
    told.streams.follow("S1", answer())
    told.streams.end("S1")
    goes_on = told.streams.follow("S2", answer("S1", forgotten=1))
    other = Registered(request_id="r", feed_session="G", from_seq=51, order_sessions_forgotten=1)

    assert goes_on == 51
    assert told.streams.follow("S2", other) == SEQUENCE_MAX


def test_the_reports_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection ends, as by a violation."""
    monkeypatch.setattr(report_streams, "REPORTS_WAITING_MAX", 2)
    told = Told()
    told.take("S1", "a")
    told.take("S2", "b")

    with pytest.raises(ProtocolError, match="more than 2 reports"):
        told.take("S2", "c")
    assert report_queue.REPORTS_WAITING_MAX > 2


def test_a_strategy_that_reads_no_reports_waits_for_nothing() -> None:
    """Its orders are counted as they come."""
    names: list[str] = []
    stream = ReportStream(lambda report: names.append(report.cl_ord_id))
    stream.take("S2", report("a"))

    assert names == ["a"]
    assert stream.follow("S2", answer("S1", first_seq=7, forgotten=1)) == 51
