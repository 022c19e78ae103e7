"""What happened undisturbed, what is left after an attack → what differs from the promises.

    feed             each session is the undisturbed one, from its first tick to its end
    subscribers      each number once, in order, with the bytes of the log
    orders           in order_checks.py
    reports          in report_checks.py; each follows from the journals' requests (refolding.py)
    trading states   in state_checks.py
    order_log.txt    one line for each order and each report that follows on one, in order

A power cut takes what was not synced. Of the feed the same is published again, at another time. A
feed session that is ended before it has its old head again ends early: up to that head, subscribers
may have received what the undisturbed one has there. An order session may lack its end, and
order_log.txt may have lines of orders and reports that were lost with it.
"""

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from tests.faults.clients.subscriber import Seen
from tests.faults.compare.evidence import PACKET_LENGTH, Evidence, FeedSession
from tests.faults.compare.listing import multiset_differences, shown
from tests.faults.compare.order_checks import order_differences
from tests.faults.compare.report_checks import report_differences
from tests.faults.compare.state_checks import state_differences

_PUBLISH_TIME = slice(40, 48)  # within a packet


def differences(expected: Evidence, found: Evidence) -> list[str]:
    """Return a line for each difference; no line: nothing was lost, nothing happened twice."""
    return [
        *found.faults,
        *_feeds(expected.feeds[-1].packets, found.feeds),
        *_subscribers(expected.feeds[-1].packets, found),
        *order_differences(expected, found),
        *report_differences(expected, found),
        *state_differences(found),
        *_order_log(found),
    ]


def _feeds(expected: bytes, feeds: Sequence[FeedSession]) -> list[str]:
    """Compare all that was published; only the last session has to be whole."""
    lines = []
    for feed in feeds:
        if len(feed.packets) % PACKET_LENGTH or len(feed.packets) > len(expected):
            lines.append(f"feed {feed.id}: {len(feed.packets)} bytes of {len(expected)}")
        length = min(len(feed.packets), len(expected)) // PACKET_LENGTH * PACKET_LENGTH
        numbers = _different(expected[:length], feed.packets[:length])
        lines += shown(f"feed {feed.id}: message {number} is another one" for number in numbers)
    if len(feeds[-1].packets) != len(expected):
        counts = [len(packets) / PACKET_LENGTH for packets in (feeds[-1].packets, expected)]
        lines.append(f"feed: {counts[0]:g} packets, not {counts[1]:g}")
    return lines


def _different(one: bytes, other: bytes) -> list[int]:
    """Return the numbers of the packets that differ in more than their publish times."""
    rows = []
    for packets in (one, other):
        rows.append(np.frombuffer(packets, np.uint8).reshape(-1, PACKET_LENGTH).copy())
        rows[-1][:, _PUBLISH_TIME] = 0
    return [int(number) for number in np.flatnonzero((rows[0] != rows[1]).any(axis=1)) + 1]


def _subscribers(expected: bytes, found: Evidence) -> list[str]:
    feeds = {feed.id: feed for feed in found.feeds}
    last = found.feeds[-1].id
    lines = []
    for name, sessions in found.subscribers.items():
        if last not in sessions:
            lines.append(f"subscriber {name}: nothing of {last}")
        for session, seen in sessions.items():
            if session not in feeds:
                lines.append(f"subscriber {name}: {session} is lost")
                continue
            texts = _seen(expected, feeds[session], seen, is_log_rewritten=found.power_cuts > 0)
            lines += shown(f"subscriber {name}: {session}: {text}" for text in texts)
    return lines


def _seen(expected: bytes, feed: FeedSession, seen: Seen, *, is_log_rewritten: bool) -> list[str]:
    """Check for each number once, in order, with the bytes of the log (publish time included)."""
    lines = []
    wanted = 1
    beyond = expected[len(feed.packets) : feed.head_published * PACKET_LENGTH]
    published = feed.packets + beyond
    for first, packets in seen:
        if first != wanted:
            lines.append(f"message {first} came when {wanted} was due")
        begin = (first - 1) * PACKET_LENGTH
        logged = published[begin : begin + len(packets)]
        if logged != packets and not (
            is_log_rewritten and len(logged) == len(packets) and not _different(logged, packets)
        ):
            lines.append(f"messages from {first} on are not those of the log")
        wanted = first + len(packets) // PACKET_LENGTH
    if not feed.head <= wanted - 1 <= feed.head_published:
        lines.append(f"its last message was {wanted - 1}, the log has {feed.head}")
    return lines


def _order_log(found: Evidence) -> list[str]:
    in_order = [line for session in found.order_sessions for line in session.log_lines()]
    journalled = Counter(in_order)
    written = Counter(found.log_lines)
    lines = multiset_differences("line in order_log.txt", journalled, written)
    if any(session.may_lack_its_end for session in found.order_sessions):
        # The order log may have been written back when the journal was not.
        lost = [line for line in set(written) - set(journalled) if line.order_id >= 0]
        journalled.update(lost)
        lines = multiset_differences("line in order_log.txt", journalled, written)
    numbers = [line.order_id for line in found.log_lines if line.order_id > 0 and not line.report]
    for before, after in itertools.pairwise(numbers):
        if after <= before:
            lines.append(f"order_log.txt: order number {after} follows {before}")
            break
    places = {line: place for place, line in enumerate(in_order)}
    known = [line for line in found.log_lines if line in places]
    for first, second in itertools.pairwise(known):
        if second.report and places[second] < places[first]:
            lines.append(f"order_log.txt: report {second.report} comes too late")
            break
    return lines
