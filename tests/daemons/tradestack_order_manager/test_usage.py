"""How full an order session is: when it is said, and when another session is due."""

import logging

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    a_message,
    an_order,
    record_messages,
    some_rules,
)
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack_order_manager.sessions.order_session import OrderSession
from tradestack_order_manager.usage import SESSION_TIME_MIN_NS, Usage

RULES = some_rules(reports_per_session_max=200)  # a user who is alone may have 100


def fill(session: OrderSession, reports: int) -> None:
    """Bring the session to this number of reports of one user."""
    first = session.state.reports_count
    for number in range(first, reports):
        record_messages(session, a_message(an_order(cl_ord_id=str(number))))


def test_a_session_that_fills_up_is_announced_once(
    session: OrderSession, caplog: pytest.LogCaptureFixture
) -> None:
    """At 80 % of what the user may have, and in the status from then on."""
    caplog.set_level(logging.INFO)
    usage = Usage(0)
    fill(session, 79)
    usage.check(session, RULES)
    before = [usage.status(session, RULES), len(caplog.records)]
    fill(session, 81)
    usage.check(session, RULES)
    usage.check(session, RULES)

    assert before == [None, 0]
    (record,) = caplog.records
    assert "order session nearly full" in record.message
    assert "user=news" in record.message
    assert usage.status(session, RULES) == "order session 81% used"


def test_another_session_is_due_before_the_user_meets_the_limit(session: OrderSession) -> None:
    """At 90 %, but at most once a minute: others have to log in again each time."""
    usage = Usage(7)
    minute_later = 7 + SESSION_TIME_MIN_NS
    fill(session, 80)
    early = usage.is_new_session_due(session, RULES, minute_later)
    fill(session, 90)

    assert not early
    assert not usage.is_new_session_due(session, RULES, minute_later - 1)
    assert usage.is_new_session_due(session, RULES, minute_later)
    usage.restart(minute_later)
    assert not usage.is_new_session_due(session, RULES, minute_later + NANOSECONDS_PER_SECOND)


def test_a_full_session_is_said_once_for_each_user(
    session: OrderSession, caplog: pytest.LogCaptureFixture
) -> None:
    """The status names the users until another session begins."""
    usage = Usage(0)
    usage.note_refused(session, ["news", "news", "other"])
    usage.note_refused(session, ["other"])
    full = usage.status(session, RULES)
    usage.restart(0)

    assert [record.message.count("order session full") for record in caplog.records] == [1, 1]
    assert full == "ORDER SESSION FULL for news, other"
    assert usage.status(session, RULES) is None
