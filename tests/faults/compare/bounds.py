"""Up to which feed message orders and reports have to be those of the undisturbed session."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.compare.evidence import Evidence, FeedSession
from tests.faults.launch import INTERACTIVE_USERS


def decided_through(found: Evidence, feed: FeedSession, user: str) -> float:
    """Return the feed number up to which the user's strategy decides what it does undisturbed.

    An interactive one that was started again does not know which of its requests were lost with the
    end of an order session; it makes no orders without the reports of all of them.
    """
    was_restarted = user in found.restarted or found.power_cuts > 0
    if user not in INTERACTIVE_USERS or not was_restarted:
        return math.inf
    sessions = [
        (max(numbers), session.may_lack_its_end)
        for session in found.order_sessions
        if (numbers := [_feed_number(record) for record in session.of_account(user, feed.id)])
    ]
    if not any(may_lack for _, may_lack in sessions):
        return math.inf
    return min(number - 1 for number, _ in sessions)


def released_through(found: Evidence, feed: FeedSession, user: str) -> Iterator[float]:
    """Yield the feed numbers up to which the account waited for its strategy."""
    for session in found.order_sessions:
        for record in session.of_account(user, feed.id):
            if record["Record"] == "Release":
                yield record["FeedSeq"] - 1


def kept_through(found: Evidence, feed: FeedSession, user: str) -> Iterator[float]:
    """Yield the feed number up to which an account was kept that an order session has begun again.

    One that must not go on, as after a power cut, ends those whose feed log is not there as far as
    they have met it; what worked there has expired.
    """
    met = 0
    for session in found.order_sessions:
        if met and session.begins_account(user, feed.id):
            yield met - 1
        met = max([met, *map(_feed_number, session.of_account(user, feed.id))])


def _feed_number(record: Mapping[str, Any]) -> int:
    """Return the feed message that a request was caused by, or that made a report."""
    number: int = record.get("Cause", record.get("Report", record).get("FeedSeq", 0))
    return number
