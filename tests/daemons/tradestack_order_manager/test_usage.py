"""How full an order session is: when it is said, and when another session is due."""

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    a_message,
    an_order,
    record_messages,
    some_rules,
)
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.sessions.order_session import OrderSession
from tradestack_order_manager.usage import SESSION_TIME_MIN_NS, Usage

RULES = some_rules(reports_per_session_max=200)  # a user who is alone may have 100


def fill(session: OrderSession, reports: int) -> None:
    """Bring the session to this number of reports of one user."""
    first = session.state.reports_count
    for number in range(first, reports):
        record_messages(session, a_message(an_order(cl_ord_id=str(number))))


def test_the_level_is_that_of_the_user_who_has_used_most(session: OrderSession) -> None:
    """Of what the user may have, which is half of what is free; the text has the session's."""
    usage = Usage(0)
    empty = usage.level(session, RULES)
    fill(session, 81)
    level = usage.level(session, RULES)

    assert empty.percent == 0
    assert (level.name, level.percent) == ("order_session", 81)
    assert level.used == "81 of 200 reports, user news has used most of a share"
    assert "orders_per_session_max" in level.remedy


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
    """The fault names the users until another session begins."""
    usage = Usage(0)
    usage.note_refused(session, ["news", "news", "other"])
    usage.note_refused(session, ["other"])
    full = usage.fault
    usage.restart(0)

    assert [record.message.count("order session full") for record in caplog.records] == [1, 1]
    assert full == "ORDER SESSION FULL for news, other"
    assert usage.fault is None
