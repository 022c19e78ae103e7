"""Streams of reports: which packets one read gives."""

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    an_order,
)
from tests.daemons.tradestack_order_manager.sessions.recording import record, reports
from tradestack.sessions.order_session import (
    OrderSession,
)


@pytest.mark.parametrize("bytes_max", [1, 300, 500, 10_000])
def test_a_stream_gives_each_report_once_whatever_is_asked_at_a_time(
    session: OrderSession, bytes_max: int
) -> None:
    """A read gives whole packets, at least one, and no reports of other users."""
    for number in range(20):
        record(session, an_order(cl_ord_id=f"n{number}"))
        record(session, an_order(cl_ord_id=f"o{number}"), user="other")

    got = [report.cl_ord_id for report in reports(session, bytes_max=bytes_max)]

    assert [f"n{number}" for number in range(20)] == got


def test_one_read_never_spans_more_of_the_journal_than_its_limit(session: OrderSession) -> None:
    """A report far behind another user's thousand orders comes with the next read."""
    record(session, an_order(cl_ord_id="first"))
    record(session, *[an_order(cl_ord_id=f"o{n}") for n in range(1_000)], user="other")
    record(session, an_order(cl_ord_id="last"))

    packets, following = session.stream("news").read(1, 1 << 20)

    assert following == 2
    assert b"first" in packets
    assert [report.cl_ord_id for report in reports(session)] == ["first", "last"]


def test_nothing_is_read_beyond_the_head(session: OrderSession) -> None:
    """Without new reports a read gives no bytes, and the same number."""
    assert session.stream("news").read(1, 1_000) == (b"", 1)
