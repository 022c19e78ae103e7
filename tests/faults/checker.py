"""What happened undisturbed, what happened under attack → the differences.

Session ids and times are not compared, and neither is the order in which orders of different users
were taken: it depends on chance in an undisturbed session as well.
"""

import itertools
from collections import Counter
from collections.abc import Hashable, Iterable

import numpy as np

from tests.faults.evidence import Evidence
from tests.faults.subscriber import Seen
from tradestack.wire.feed import TICK_PACKET, TICK_PACKET_LENGTH

SHOWN_MAX = 5  # differences of one kind that are listed one by one


def differences(expected: Evidence, found: Evidence) -> list[str]:
    """Return a line for each difference; no line: nothing was lost, nothing happened twice."""
    return [
        *_feed(expected.feed, found.feed),
        *(
            f"subscriber {name}: {difference}"
            for name, seen in found.subscribers.items()
            for difference in _seen(found.feed, seen)
        ),
        *_multisets("order in the journal", expected.orders, found.orders),
        *_multisets("report in a stream", found.answers, found.reports),
        *found.report_gaps,
        *_multisets(
            "line in order_log.txt",
            [(answer.name, answer.order_id) for answer in found.answers],
            found.log_lines,
        ),
        *_ascending("order_log.txt", [number for _, number in found.log_lines]),
        *_multisets(
            "answer",
            [(answer.user, answer.name, answer.told) for answer in expected.answers],
            [(answer.user, answer.name, answer.told) for answer in found.answers],
        ),
        *_ascending("the journal", [answer.order_id for answer in found.answers]),
    ]


def _feed(expected: bytes, found: bytes) -> list[str]:
    """Return the packets without their times of publication."""
    lines = []
    if len(expected) != len(found):
        counts = [len(feed) / TICK_PACKET_LENGTH for feed in (expected, found)]
        lines.append(f"feed: {counts[1]:g} packets, not {counts[0]:g}")
    count = min(len(expected), len(found)) // TICK_PACKET_LENGTH
    one, other = (np.frombuffer(feed, TICK_PACKET, count).copy() for feed in (expected, found))
    one["publish_time_ns"] = other["publish_time_ns"] = 0
    numbers = np.flatnonzero(one != other) + 1
    lines += [f"feed: message {number} is another one" for number in numbers[:SHOWN_MAX]]
    return lines + _more("feed", len(numbers))


def _seen(feed: bytes, seen: Seen) -> list[str]:
    """Check for each number once, in order, with the bytes of the log (publish time included)."""
    lines = []
    wanted = 1
    for first, packets in seen:
        if first != wanted:
            lines.append(f"message {first} came when {wanted} was due")
        begin = (first - 1) * TICK_PACKET_LENGTH
        if feed[begin : begin + len(packets)] != packets:
            lines.append(f"messages from {first} on are not those of the log")
        wanted = first + len(packets) // TICK_PACKET_LENGTH
    head = len(feed) // TICK_PACKET_LENGTH
    if wanted != head + 1:
        lines.append(f"its last message was {wanted - 1}, the log has {head}")
    return lines[:SHOWN_MAX] + _more("the subscriber", len(lines))


def _multisets(what: str, expected: Iterable[Hashable], found: Iterable[Hashable]) -> list[str]:
    one, other = Counter(expected), Counter(found)
    lost, added = one - other, other - one
    lines = [f"{what} missing: {item} ×{count}" for item, count in lost.items()][:SHOWN_MAX]
    lines += [f"{what} too many: {item} ×{count}" for item, count in added.items()][:SHOWN_MAX]
    return lines + _more(what, max(lost.total(), added.total()))


def _ascending(what: str, numbers: list[int]) -> list[str]:
    """Check that order numbers increase by one."""
    for before, after in itertools.pairwise(numbers):
        if after != before + 1:
            return [f"{what}: order number {after} follows {before}"]
    return []


def _more(what: str, count: int) -> list[str]:
    return [f"{what}: {count} differences in all"] if count > SHOWN_MAX else []
