"""What is promised of orders, reports and their numbers.

    order numbers     increase by one, over all order sessions
    streams           are the reports of the journal, byte for byte
    receipts          what the probe was sent is in the journal, at the same number
    probe's orders    each judged exactly once
    executed orders   each has a final report in the end, whatever its feed session has lost
    strategies'       what the undisturbed session has, exactly once; an order that was due may be
                      missing only where the strategy began anew, behind all that it had traded: in
                      a new order session, before FromSeq, and at the end of a feed session that it
                      did not follow to its end

An order session that was not synced when the power was cut may lack its end. What was in there may
be missing from all of these, and be ordered again in the next order session. Of a feed session that
ended early after a power cut there may be orders up to the head before the cut: those that the
undisturbed session has there, once.
"""

import itertools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.faults.compare.bounds import decided_through
from tests.faults.compare.evidence import Evidence, FeedSession, Order, OrderSession
from tests.faults.compare.listing import multiset_differences, shown

VERDICTS = ("NEW", "REJECTED")
WORKING = ("NEW", "PARTIALLY_FILLED")


class Gap(NamedTuple):
    """Feed numbers of which a strategy may have made no orders."""

    after: int
    before: float


def order_differences(expected: Evidence, found: Evidence) -> list[str]:
    """Return a line for each difference."""
    return [
        *_numbers(found.order_sessions),
        *_streams(found.order_sessions),
        *shown(_receipts(found)),
        *_probe_orders(found),
        *_strategy_orders(expected, found),
        *shown(_unfinished(found.order_sessions)),
    ]


def orders_excused(expected: Evidence, found: Evidence) -> int:
    """Count the orders that were due and not made, where a strategy began anew."""
    return sum(
        len(_missing(expected, found, feed)) - len(_unexcused(expected, found, feed))
        for feed in found.feeds
    )


def missing_orders(
    expected: Evidence, found: Evidence, feed: FeedSession, user: str
) -> list[Order]:
    """Return a user's orders that were due in a feed session and not made, excused or not."""
    return [order for order in _missing(expected, found, feed) if order.user == user]


def _numbers(sessions: Iterable[OrderSession]) -> Iterator[str]:
    """Check that order numbers increase by one, and go on in the next session."""
    next_id, may_jump = 0, True
    for session in sessions:
        first = session.records[0]["NextOrderID"]
        if first < next_id or (first > next_id and not may_jump):
            yield f"order session {session.id} begins at {first}, the one before ends at {next_id}"
        numbers = [first - 1, *(record["Report"]["OrderID"] for record in session.orders())]
        for before, after in itertools.pairwise(numbers):
            if after != before + 1:
                yield f"journal of {session.id}: order number {after} follows {before}"
                break
        next_id, may_jump = numbers[-1] + 1, session.may_lack_its_end


def _streams(sessions: Iterable[OrderSession]) -> Iterator[str]:
    for session in sessions:
        for user, served in session.served.items():
            journalled = session.reports(user)
            for number, (one, other) in enumerate(zip(journalled, served, strict=False), 1):
                if one != other:
                    yield f"report {number} of {user} in {session.id}: {other!r}, not {one!r}"
                    break
            if len(served) != len(journalled):
                counts = f"{len(served)} reports, the journal has {len(journalled)}"
                yield f"stream of {user} in {session.id}: {counts}"


def _receipts(found: Evidence) -> Iterator[str]:
    """Check what the probe received against the journals."""
    reports = {session.id: session.reports(found.probe) for session in found.order_sessions}
    may_end_early = {session.id: session.may_lack_its_end for session in found.order_sessions}
    numbers: Counter[str] = Counter()
    for session, number, report in found.receipts:
        numbers[session] += 1
        if number != numbers[session]:
            yield f"report {number} of {session} came when {numbers[session]} was due"
            numbers[session] = number
        if session not in reports:
            yield f"order session {session} is lost"
        elif number <= len(reports[session]):
            if reports[session][number - 1] != report:
                yield f"report {number} of {session} was {report!r} when it came"
        elif not may_end_early[session]:
            yield f"report {number} of {session} is lost: {report!r}"


def _probe_orders(found: Evidence) -> list[str]:
    """Check that each order of the probe was judged once, and the verdict sent once."""
    judged = Counter(
        record["Order"]["ClOrdID"]
        for session in found.order_sessions
        for record in session.orders()
        if record["User"] == found.probe
    )
    may_be_lost = any(session.may_lack_its_end for session in found.order_sessions)
    reports = [json.loads(receipt.report) for receipt in found.receipts]
    acknowledged = Counter(
        report["ClOrdID"] for report in reports if report.get("ExecType") in VERDICTS
    )
    unanswered = set(found.placed) - acknowledged.keys() - set(found.unknown)
    lost = [] if may_be_lost else acknowledged.keys() - judged.keys()
    return [
        *shown(f"never answered: {name}" for name in sorted(unanswered)),
        *shown(f"acknowledged and lost: {name}" for name in sorted(lost)),
        *shown(f"judged {n} times: {name}" for name, n in judged.items() if n > 1),
        *shown(f"acknowledged {n} times: {name}" for name, n in acknowledged.items() if n > 1),
        *shown(f"never placed: {name}" for name in judged.keys() - set(found.placed)),
        *shown(f"outcome unknown: {name}" for name in sorted(found.unknown) if not may_be_lost),
    ]


def _unfinished(sessions: Iterable[OrderSession]) -> Iterator[str]:
    """Check that no order works forever: all accounts have ended."""
    working: dict[int, str] = {}
    for record in itertools.chain.from_iterable(session.records for session in sessions):
        report = record.get("Report", {})
        is_executed = record["Record"] == "Execution" or "Arrival" in record
        if not is_executed or "ExecType" not in report or "OrderID" not in report:
            continue
        if report.get("OrdStatus") in WORKING:
            working[report["OrderID"]] = f"{report['ClOrdID']} of {record['User']}"
        else:
            working.pop(report["OrderID"], None)
    for order_id, name in working.items():
        yield f"no final report: order {order_id}, {name}"


# ---- strategies --------------------------------------------------------------------------------


def _strategy_orders(expected: Evidence, found: Evidence) -> list[str]:
    lines: list[str] = []
    for feed in found.feeds:
        possible = Counter(_orders_until(expected, feed.head_published))
        extra = _decided(found, feed, Counter(found.orders(feed.id)) - possible)
        lines += multiset_differences(f"order of {feed.id}", [], extra)
        lines += multiset_differences(f"order of {feed.id}", _unexcused(expected, found, feed), [])
    return lines


def _orders_until(expected: Evidence, head: int) -> list[Order]:
    """Return the orders that the undisturbed session makes of its messages up to `head`."""
    orders = expected.orders(expected.feeds[-1].id)
    return [order for order in orders if order.feed_sequence <= head]


def _missing(expected: Evidence, found: Evidence, feed: FeedSession) -> list[Order]:
    made = Counter(found.orders(feed.id))
    return _decided(found, feed, Counter(_orders_until(expected, feed.head)) - made)


def _decided(found: Evidence, feed: FeedSession, orders: "Counter[Order]") -> list[Order]:
    """Leave out orders of an interactive strategy that it need not have decided (bounds.py)."""
    users = {order.user for order in orders}
    through = {user: decided_through(found, feed, user) for user in users}
    return [order for order in orders.elements() if order.feed_sequence <= through[order.user]]


def _unexcused(expected: Evidence, found: Evidence, feed: FeedSession) -> list[Order]:
    missing = _missing(expected, found, feed)
    gaps = {user: list(_gaps(found, feed, user)) for user in {order.user for order in missing}}
    return [
        order
        for order in missing
        if not any(gap.after < order.feed_sequence < gap.before for gap in gaps[order.user])
    ]


def _gaps(found: Evidence, feed: FeedSession, user: str) -> Iterator[Gap]:
    """Return where the user's strategy began anew, behind all that it had traded."""
    newest, is_registered = 0, False
    for session in found.order_sessions:
        starts = [
            record["Report"]["FromSeq"]
            for record in session.records
            if record["Record"] == "Register"
            and record["User"] == user
            and record["Register"]["FeedSession"] == feed.id
        ]
        if starts and is_registered:
            yield Gap(newest, min(starts))
        is_registered = is_registered or bool(starts)
        traded = [
            record["Order"]["FeedSeq"]
            for record in session.orders()
            if record["User"] == user and record["Order"]["FeedSession"] == feed.id
        ]
        newest = max([newest, *traded])
    is_over = feed is not found.feeds[-1]
    may_be_lost = any(session.may_lack_its_end for session in found.order_sessions)
    if is_over and (user not in feed.attended or may_be_lost):
        yield Gap(newest, math.inf)
