"""The comparison of sessions finds whatever is lost, doubled, moved or renumbered."""

import dataclasses
from collections.abc import Callable

import pytest

from tests.faults.checker import differences
from tests.faults.evidence import Answer, Evidence, Order
from tradestack.wire.feed import TICK_PACKET_LENGTH, encode_symbol, new_records

COUNT = 6


def feed_of(first_value: int = 100, *, published_ns: int = 1) -> bytes:
    """Make `count` ticks, each with a value of its own."""
    records = new_records(COUNT)
    records["kind"] = ord("P")
    records["symbol"] = encode_symbol("SPY")
    records["value"] = range(first_value, first_value + COUNT)
    records["publish_time_ns"] = published_ns
    return records.tobytes()


def evidence(*, published_ns: int = 1, first_order_id: int = 1) -> Evidence:
    """Return a sound session of six ticks and three orders, two of them by one user."""
    feed = feed_of(published_ns=published_ns)
    half = 3 * TICK_PACKET_LENGTH
    names = (("dense", "dense-1-*-2-0"), ("wide", "wide-1-*-3-0"), ("dense", "dense-1-*-5-0"))
    answers = [
        Answer(user, name, first_order_id + index, "NEW None")
        for index, (user, name) in enumerate(names)
    ]
    return Evidence(
        feed=feed,
        subscribers={"fast": [(1, feed[:half]), (4, feed[half:])], "slow": [(1, feed)]},
        orders=[Order(user, name, "BUY 10 SPY") for user, name in names],
        answers=answers,
        reports=list(answers),
        log_lines=[(answer.name, answer.order_id) for answer in answers],
    )


def doctored(**changes: Callable[[object], object]) -> Evidence:
    """Return the sound session with some fields replaced."""
    sound = evidence()
    return dataclasses.replace(
        sound, **{name: change(getattr(sound, name)) for name, change in changes.items()}
    )


def without(index: int) -> Callable[[list[object]], list[object]]:
    """Return the items without one of them."""
    return lambda items: items[:index] + items[index + 1 :]


def doubled(index: int) -> Callable[[list[object]], list[object]]:
    """Return the items with one of them twice in a row."""
    return lambda items: items[: index + 1] + items[index:]


def test_sound_sessions_differ_in_nothing() -> None:
    """Times, order numbers and the order of different users' orders are not compared."""
    other = evidence(published_ns=99, first_order_id=1_000)
    moved = dataclasses.replace(other, orders=[*other.orders[1:], other.orders[0]])

    assert differences(evidence(), other) == []
    assert differences(evidence(), moved) == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"orders": without(1)}, "order in the journal missing: "),
        ({"orders": doubled(1)}, "order in the journal too many: "),
        (
            {"orders": lambda orders: [orders[0]._replace(terms="SELL 10 SPY"), *orders[1:]]},
            "order in the journal too many: ",
        ),
        ({"reports": without(2)}, "report in a stream missing: "),
        ({"reports": doubled(0)}, "report in a stream too many: "),
        (
            {"reports": lambda reports: [reports[0]._replace(order_id=7), *reports[1:]]},
            "report in a stream too many: ",
        ),
        ({"answers": doubled(2)}, "the journal: order number 3 follows 3"),
        ({"answers": lambda answers: answers[::-1]}, "the journal: order number 2 follows 3"),
        (
            {"answers": lambda answers: [answers[0]._replace(told="REJECTED x"), *answers[1:]]},
            "answer missing: ",
        ),
        ({"log_lines": without(0)}, "line in order_log.txt missing: "),
        ({"log_lines": doubled(1)}, "line in order_log.txt too many: "),
        ({"log_lines": lambda lines: lines[::-1]}, "order_log.txt: order number 2 follows 3"),
        ({"log_lines": lambda lines: [*lines, ("torn li", -1)]}, "too many: ('torn li', -1)"),
        ({"feed": lambda feed: feed[:-TICK_PACKET_LENGTH]}, "feed: 5 packets, not 6"),
        ({"feed": lambda feed: feed + feed[-TICK_PACKET_LENGTH:]}, "feed: 7 packets, not 6"),
        ({"feed": lambda feed: feed_of(99)}, "feed: message 1 is another one"),
        (
            {"subscribers": lambda seen: {"fast": seen["fast"][:1]}},
            "subscriber fast: its last message was 3, the log has 6",
        ),
        (
            {"subscribers": lambda seen: {"fast": seen["fast"][1:]}},
            "subscriber fast: message 4 came when 1 was due",
        ),
        (
            {"subscribers": lambda seen: {"fast": [*seen["fast"], seen["fast"][1]]}},
            "subscriber fast: message 4 came when 7 was due",
        ),
        (
            {"subscribers": lambda seen: {"slow": [(2, seen["slow"][0][1])]}},
            "subscriber slow: messages from 2 on are not those of the log",
        ),
        (
            {"subscribers": lambda seen: {"slow": [(1, feed_of(published_ns=2))]}},
            "subscriber slow: messages from 1 on are not those of the log",
        ),
        ({"report_gaps": lambda gaps: ["stream of dense: 1"]}, "stream of dense: 1"),
    ],
)
def test_planted_faults_are_seen(
    changes: dict[str, Callable[[object], object]], complaint: str
) -> None:
    """Each fault alone is a difference, whose text gives the place."""
    found = differences(evidence(), doctored(**changes))

    assert any(complaint in line for line in found), found
