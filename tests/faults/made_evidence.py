"""A sound run as evidence, and the same with one thing changed."""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.faults.clients.order_probe import Receipt
from tests.faults.compare.evidence import (
    PACKET_LENGTH,
    Evidence,
    FeedSession,
    LogLine,
    OrderSession,
)
from tests.faults.launch import PROBE

COUNT = 6
# Who orders because of which tick; the probe because of none.
MADE = (("dense", 2), (PROBE, 0), ("wide", 3), ("dense", 5), (PROBE, 0))

Record = Mapping[str, Any]


def feed_of(*, changed: int = 0, published: int = 1, count: int = COUNT) -> bytes:
    """Make ticks, each with a number of its own; one of them may be changed."""
    return b"".join(
        bytes([number, number == changed]).ljust(40, b".")
        + published.to_bytes(8)
        + bytes(PACKET_LENGTH - 48)
        for number in range(1, count + 1)
    )


def record_of(user: str, tick: int, order_id: int, feed: str) -> Record:
    """Make the journal's record of an order."""
    name = f"{user}-{order_id}" if user == PROBE else f"{user}-1-{feed}-{tick}-0"
    order: dict[str, Any] = {"ClOrdID": name, "Side": "BUY"}
    if user != PROBE:
        order |= {"FeedSession": feed, "FeedSeq": tick}
    report = {"OrderID": order_id, "ClOrdID": name, "ExecType": "NEW"}
    placed: dict[str, Any] = {}
    if user != PROBE:
        placed = {"FeedSession": feed, "Cause": tick}
        report |= {"FeedSession": feed, "FeedSeq": tick}
    raw = json.dumps(report).encode()
    made = {"Record": "Order", "User": user, **placed, "Order": order, "Report": report}
    return made | {"Raw": raw}


def late_fill_of(user: str, tick: int, order_id: int, feed: str, **changes: Any) -> Record:
    """Make the journal's record of a fill by the last message."""
    report = {
        "OrderID": order_id,
        "ClOrdID": f"{user}-1-{feed}-{tick}-0",
        "ExecID": f"E{order_id}",
        "ExecType": "TRADE",
        "LastPx": "100",
        "FeedSession": feed,
        "FeedSeq": COUNT,
        **changes,
    }
    raw = json.dumps(report).encode()
    return {"Record": "Execution", "User": user, "Report": report, "Raw": raw}


def fill_of(order: Record) -> Record:
    """Make the journal's record of a fill."""
    report = order["Report"] | {"ExecType": "TRADE"}
    raw = json.dumps(report).encode()
    return {"Record": "Execution", "User": order["User"], "Report": report, "Raw": raw}


def register_of(user: str, from_sequence: int, feed: str) -> Record:
    """Make the journal's record of a registration."""
    report = {"FromSeq": from_sequence}
    return {
        "Record": "Register",
        "User": user,
        "Register": {"FeedSession": feed},
        "Report": report,
        "Raw": json.dumps(report).encode(),
    }


def _order_and_fill(user: str, tick: int, order_id: int, feed: str) -> list[Record]:
    """Make the records of an order; those of `wide` are filled."""
    order = record_of(user, tick, order_id, feed)
    return [order, fill_of(order)] if user == "wide" else [order]


def order_session(
    name: str,
    first_order_id: int,
    made: Sequence[tuple[str, int]],
    *,
    feed: str = "F1",
    starts: Mapping[str, int],
    may_lack_its_end: bool = False,
) -> OrderSession:
    """Return a sound order session. starts: FromSeq by user."""
    records = [
        {"Record": "Session", "NextOrderID": first_order_id},
        *(register_of(user, start, feed) for user, start in starts.items()),
        *(
            record
            for order_id, (user, tick) in enumerate(made, first_order_id)
            for record in _order_and_fill(user, tick, order_id, feed)
        ),
    ]
    session = OrderSession(id=name, records=records, served={}, may_lack_its_end=may_lack_its_end)
    served = {user: session.reports(user) for user in ("dense", "wide", PROBE)}
    return dataclasses.replace(session, served=served)


def evidence(
    *sessions: OrderSession, feeds: Sequence[FeedSession] | None = None, **changes: Any
) -> Evidence:
    """Return a sound run; without sessions, all orders are in one."""
    sessions = sessions or (order_session("O1", 1, MADE, starts={"dense": 1, "wide": 1}),)
    feeds = feeds or [FeedSession(id="F1", packets=feed_of())]
    half = 3 * PACKET_LENGTH
    orders = [record for session in sessions for record in session.orders()]
    receipts = [
        Receipt(session.id, number, report)
        for session in sessions
        for number, report in enumerate(session.reports(PROBE), 1)
    ]
    sound = Evidence(
        feeds=feeds,
        subscribers={
            "fast": {
                feed.id: [(1, feed.packets[:half]), (4, feed.packets[half:])] for feed in feeds
            },
            "slow": {feed.id: [(1, feed.packets)] for feed in feeds},
        },
        order_sessions=sessions,
        log_lines=[line for session in sessions for line in session.log_lines()],
        placed={order["Order"]["ClOrdID"] for order in orders if order["User"] == PROBE},
        receipts=receipts,
        probe=PROBE,
    )
    return dataclasses.replace(sound, **changes)


SOUND = evidence()
(SESSION,) = SOUND.order_sessions
FEED = SOUND.feeds[0].packets


def with_records(change: Callable[[list[Record]], list[Record]]) -> Evidence:
    """Return the sound run with another journal."""
    changed = dataclasses.replace(SESSION, records=change(list(SESSION.records)))
    return dataclasses.replace(SOUND, order_sessions=[changed])


def with_served(change: Callable[[list[bytes]], list[bytes]]) -> Evidence:
    """Return the sound run with another stream of the user `dense`."""
    served = {**SESSION.served, "dense": change(list(SESSION.served["dense"]))}
    return dataclasses.replace(SOUND, order_sessions=[dataclasses.replace(SESSION, served=served)])


def with_feed(packets: bytes) -> Evidence:
    """Return the sound run with another feed log, which the subscribers have received."""
    return dataclasses.replace(
        SOUND,
        feeds=[FeedSession(id="F1", packets=packets)],
        subscribers={"fast": {"F1": [(1, packets)]}},
    )


def with_seen(*seen: tuple[int, bytes]) -> Evidence:
    """Return the sound run with another subscriber."""
    return dataclasses.replace(SOUND, subscribers={"fast": {"F1": list(seen)}})


def with_lines(change: Callable[[list[LogLine]], list[LogLine]]) -> Evidence:
    """Return the sound run with another order log."""
    return dataclasses.replace(SOUND, log_lines=change(list(SOUND.log_lines)))
