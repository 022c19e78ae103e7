"""What is promised of reports: each user is told what the undisturbed session tells, in its order.

Compared are the ExecutionReports and OrderCancelRejects of a feed session, over all order sessions,
without OrderID, ExecID, TransactTime and session ids, and without the reports with which an order
session begins. They are compared up to

    the first order that is missing; it is excused, or in the list of order_checks.py
    the end of a feed session that ended early, or that the strategy did not follow to its end
    where an interactive strategy began to know less, or an account waited no more, or was begun
    again (bounds.py)

Where nothing ends the comparison, the account has the same positions, cash, fees and profits.
"""

import itertools
import math
from collections.abc import Iterator, Sequence

from tests.faults.compare.bounds import decided_through, kept_through, released_through
from tests.faults.compare.evidence import Answer, Evidence, FeedSession
from tests.faults.compare.order_checks import missing_orders
from tests.faults.launch import STRATEGIES

USERS = [instance.user for instance in STRATEGIES.values()]


def report_differences(expected: Evidence, found: Evidence) -> Iterator[str]:
    """Yield a line for each account whose reports or positions differ."""
    undisturbed = expected.feeds[-1]
    for feed in found.feeds:
        for user in USERS:
            name = f"{user} in {feed.id}"
            through = compared_through(expected, found, feed, user)
            wanted = _through(expected.answers(user, undisturbed.id), through)
            answers = _through(found.answers(user, feed.id), through)
            is_whole = feed is found.feeds[-1] or user in feed.attended
            yield from _first_difference(name, wanted, answers, is_whole=is_whole)
            if is_whole and through == math.inf:
                one = expected.portfolios.get((user, undisturbed.id))
                other = found.portfolios.get((user, feed.id))
                if one != other:
                    yield f"account of {name}: in the end {other!r}, not {one!r}"


def answers_compared(expected: Evidence, found: Evidence) -> tuple[int, int]:
    """Count the reports that were compared, and all of them."""
    compared = total = 0
    for feed in found.feeds:
        for user in USERS:
            answers = found.answers(user, feed.id)
            total += len(answers)
            compared += len(_through(answers, compared_through(expected, found, feed, user)))
    return compared, total


def compared_through(expected: Evidence, found: Evidence, feed: FeedSession, user: str) -> float:
    """Return the feed number up to which a user's reports are compared."""
    missing = missing_orders(expected, found, feed, user)
    bounds = [
        decided_through(found, feed, user),
        *released_through(found, feed, user),
        *kept_through(found, feed, user),
    ]
    bounds += [order.feed_sequence - 1 for order in missing]
    if feed.head < expected.feeds[-1].head:
        bounds.append(feed.head - 1)  # at its last message all orders expire
    return min(bounds)


def _through(answers: Sequence[Answer], through: float) -> list[Answer]:
    return [answer for answer in answers if answer.feed_sequence <= through]


def _first_difference(
    name: str, wanted: Sequence[Answer], answers: Sequence[Answer], *, is_whole: bool
) -> Iterator[str]:
    """Compare all reports, or, of what is not whole, those that there are."""
    for number, (one, other) in enumerate(itertools.zip_longest(wanted, answers), 1):
        if other is None and not is_whole:
            return
        if one != other:
            yield f"report {number} of {name}: {other}, not {one}"
            return
