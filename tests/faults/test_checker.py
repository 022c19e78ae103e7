"""The comparison of runs finds whatever is lost, doubled, moved or renumbered."""

import dataclasses
from collections.abc import Mapping, Sequence

import pytest

from tests.faults.clients.order_probe import Receipt
from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import (
    PACKET_LENGTH,
    Evidence,
    FeedSession,
    LogLine,
    log_line,
)
from tests.faults.compare.order_checks import orders_excused
from tests.faults.made_evidence import (
    FEED,
    MADE,
    SOUND,
    Record,
    evidence,
    feed_of,
    order_session,
    with_feed,
    with_lines,
    with_records,
    with_seen,
    with_served,
)


def works(records: list[Record]) -> list[Record]:
    """The first order, which has been executed, has no other report."""
    order = records[3]
    report = order["Report"] | {"OrdStatus": "NEW"}
    return [*records[:3], {**order, "Arrival": 0, "Report": report}, *records[4:]]


def other_terms(records: list[Record]) -> list[Record]:
    """Sell what was to be bought."""
    sold = {**records[3], "Order": {**records[3]["Order"], "Side": "SELL"}}
    return [*records[:3], sold, *records[4:]]


HALF = 3 * PACKET_LENGTH
FAULTS = [
    (with_records(lambda all_: all_[:3] + all_[4:]), "order of F1 missing: "),
    (with_records(lambda all_: [*all_[:4], all_[3], *all_[4:]]), "order of F1 too many: "),
    (with_records(lambda all_: [*all_[:4], all_[3], *all_[4:]]), "order number 1 follows 1"),
    (with_records(other_terms), "order of F1 too many: "),
    (with_records(works), "no final report: order 1, "),
    (with_records(lambda all_: all_[:-1]), "report 2 of O1 is lost: "),
    (with_records(lambda all_: all_[:-1]), "acknowledged and lost: probe-5"),
    (with_records(lambda all_: [*all_, all_[-1]]), "judged 2 times: probe-5"),
    (with_served(lambda reports: reports[:-1]), "stream of dense in O1: 2 reports"),
    (with_served(lambda reports: [*reports, b"{}"]), "stream of dense in O1: 4 reports"),
    (with_served(lambda reports: reports[::-1]), "report 1 of dense in O1: "),
    (with_lines(lambda lines: lines[1:]), "line in order_log.txt missing: "),
    (with_lines(lambda lines: [*lines, lines[-1]]), "line in order_log.txt too many: "),
    (with_lines(lambda lines: lines[::-1]), "order_log.txt: order number 4 follows 5"),
    (with_lines(lambda all_: all_[:3] + all_[4:]), "line in order_log.txt missing: "),
    (with_lines(lambda all_: [*all_, all_[3]]), "line in order_log.txt too many: "),
    (
        with_lines(lambda all_: [*all_[:3], all_[4], all_[3], *all_[5:]]),
        "order_log.txt: report O1-6 comes too late",
    ),
    (with_lines(lambda lines: [*lines, LogLine(-1, "torn li")]), "name='torn li'"),
    (with_feed(FEED[:-PACKET_LENGTH]), "feed: 5 packets, not 6"),
    (with_feed(FEED + FEED[-PACKET_LENGTH:]), "feed: 7 packets, not 6"),
    (with_feed(feed_of(changed=4)), "feed F1: message 4 is another one"),
    (with_seen((1, FEED[:HALF])), "its last message was 3, the log has 6"),
    (with_seen((4, FEED[HALF:])), "message 4 came when 1 was due"),
    (with_seen((1, FEED), (4, FEED[HALF:])), "message 4 came when 7 was due"),
    (with_seen((2, FEED)), "messages from 2 on are not those of the log"),
    (with_seen((1, feed_of(published=2))), "messages from 1 on are not those of the log"),
    (evidence(subscribers={"fast": {}}), "subscriber fast: nothing of F1"),
    (evidence(receipts=SOUND.receipts[:1]), "never answered: probe-5"),
    (evidence(receipts=SOUND.receipts[1:]), "report 2 of O1 came when 1 was due"),
    (evidence(receipts=[Receipt("O1", 1, b'{"ClOrdID":"probe-2"}')]), "when it came"),
    (evidence(receipts=[*SOUND.receipts, SOUND.receipts[1]]), "acknowledged 2 times: probe-5"),
    (evidence(receipts=[*SOUND.receipts, Receipt("O2", 1, b"{}")]), "order session O2 is lost"),
    (evidence(placed={"probe-2"}), "never placed: probe-5"),
    (evidence(unknown={"probe-9"}), "outcome unknown: probe-9"),
    (evidence(faults=["a subscriber's"]), "a subscriber's"),
]


def test_sound_runs_differ_in_nothing() -> None:
    """Times, order numbers and the order of different users' orders are not compared."""
    made = [MADE[2], MADE[0], *MADE[3:], MADE[1]]
    moved = order_session("O9", 1_000, made, starts={"dense": 1, "wide": 1})
    feeds = [FeedSession(id="F1", packets=feed_of(published=99))]

    assert differences(SOUND, SOUND) == []
    assert differences(SOUND, evidence(moved, feeds=feeds)) == []


@pytest.mark.parametrize(("found", "complaint"), FAULTS, ids=[name for _, name in FAULTS])
def test_planted_faults_are_seen(found: Evidence, complaint: str) -> None:
    """Each fault alone is a difference, whose text gives the place."""
    lines = differences(SOUND, found)

    assert any(complaint in line for line in lines), lines


# ---- new sessions ------------------------------------------------------------------------------

BEGUN = {"dense": 1, "wide": 1}


@pytest.mark.parametrize(
    ("starts", "last", "complaint"),
    [
        ({"dense": 5, "wide": 5}, MADE[3:], None),  # the order of tick 3 was never made
        ({"dense": 3, "wide": 4}, MADE[3:], None),
        ({"dense": 5, "wide": 3}, MADE[3:], "order of F1 missing: "),
        ({"dense": 6, "wide": 6}, MADE[4:], None),
        ({"dense": 2, "wide": 2}, [MADE[0], *MADE[2:]], "order of F1 too many: "),
    ],
)
def test_new_order_session_goes_on_behind_what_was_traded(
    starts: Mapping[str, int], last: Sequence[tuple[str, int]], complaint: str | None
) -> None:
    """Orders are missing only between the last one and FromSeq, and none is made again."""
    first = order_session("O1", 1, MADE[:2], starts=BEGUN)
    found = evidence(first, order_session("O2", 3, last, starts=starts))

    lines = differences(SOUND, found)

    assert any(complaint in line for line in lines) if complaint else lines == []
    assert complaint or orders_excused(SOUND, found) == len(MADE) - 2 - len(last)


@pytest.mark.parametrize("first_order_id", [2, 4])
def test_order_numbers_go_on_in_the_next_session(first_order_id: int) -> None:
    """Neither used again nor left out."""
    first = order_session("O1", 1, MADE[:2], starts=BEGUN)
    second = order_session("O2", first_order_id, MADE[2:], starts={"dense": 3, "wide": 3})

    lines = differences(SOUND, evidence(first, second))

    assert any("the one before ends at 3" in line for line in lines), lines


@pytest.mark.parametrize("attended", [frozenset(), frozenset({"dense", "wide"})])
def test_orders_of_an_attended_feed_session_are_all_made(attended: frozenset[str]) -> None:
    """Who is not there when it ends makes no orders of its last ticks."""
    feeds = [
        FeedSession(id="F1", packets=feed_of(count=3), attended=attended),
        FeedSession(id="F2", packets=feed_of(published=2)),
    ]
    first = order_session("O1", 1, [("dense", 2)], starts=BEGUN)
    second = order_session("O2", 2, MADE, feed="F2", starts=BEGUN)

    lines = differences(SOUND, evidence(first, second, feeds=feeds))

    assert [line for line in lines if "order of F1 missing: " not in line] == []
    assert bool(lines) == bool(attended)


# ---- power cuts --------------------------------------------------------------------------------


def test_power_cut_may_take_the_end_of_an_unsynced_order_session() -> None:
    """What was acknowledged is lost with it, and its lines in the order log may have stayed."""
    first = order_session("O1", 1, MADE[:2], starts=BEGUN, may_lack_its_end=True)
    second = order_session("O2", 3, MADE[3:], starts={"dense": 4, "wide": 4})
    found = evidence(first, second)
    lost = Receipt("O1", 2, b'{"ClOrdID":"probe-7","ExecType":"NEW"}')
    found = dataclasses.replace(
        found,
        receipts=[found.receipts[0], lost, *found.receipts[1:]],
        placed={*found.placed, "probe-7"},
        log_lines=[*found.log_lines[:2], LogLine(3, "probe-7"), *found.log_lines[2:]],
    )

    lines = differences(SOUND, found)

    assert lines == ["order_log.txt: order number 3 follows 3"]  # its number is another order's


def test_number_of_a_lost_report_is_not_used_again() -> None:
    """A session that lacks its end takes no more orders."""
    session = order_session("O1", 1, MADE, starts=BEGUN, may_lack_its_end=True)
    receipts = [SOUND.receipts[0], Receipt("O1", 2, b'{"ClOrdID":"probe-7"}')]

    lines = differences(SOUND, evidence(session, receipts=receipts))

    assert any("report 2 of O1 was " in line for line in lines), lines


def test_feed_is_published_again_at_another_time() -> None:
    """After a power cut alone; the messages are the same."""
    found = with_seen((1, feed_of(published=2)))
    changed = with_seen((1, feed_of(changed=1)))

    assert differences(SOUND, dataclasses.replace(found, power_cuts=1)) == []
    assert differences(SOUND, dataclasses.replace(changed, power_cuts=1)) != []


EARLY = 3  # the head with which a feed session ends early


def ended_early(
    *, head_before_cuts: int, seen: bytes, made: Sequence[tuple[str, int]] = MADE[:2]
) -> list[str]:
    """Compare a run whose first feed session has three messages, and whose second one is whole."""
    packets = feed_of(count=EARLY)
    feeds = [
        FeedSession(id="F1", packets=packets, head_before_cuts=head_before_cuts),
        FeedSession(id="F2", packets=FEED),
    ]
    first = order_session("O1", 1, made, starts=BEGUN)
    second = order_session("O2", 1 + len(made), MADE, feed="F2", starts=BEGUN)
    subscribers = {"fast": {"F1": [(1, seen)], "F2": [(1, FEED)]}}
    return differences(
        SOUND, evidence(first, second, feeds=feeds, subscribers=subscribers, power_cuts=1)
    )


@pytest.mark.parametrize("count", [EARLY, 4, 5])
def test_feed_session_may_end_before_it_has_its_old_head_again(count: int) -> None:
    """Messages up to that head, and orders because of them, are in no feed log."""
    seen = feed_of(published=2, count=count)

    assert ended_early(head_before_cuts=5, seen=seen, made=[*MADE[:2], MADE[3]]) == []


@pytest.mark.parametrize(
    ("head_before_cuts", "seen", "made", "complaint"),
    [
        (5, feed_of(count=2), MADE[:2], "its last message was 2, the log has 3"),
        (4, feed_of(count=5), MADE[:2], "its last message was 5, the log has 3"),
        (5, feed_of(count=5, changed=5), MADE[:2], "messages from 1 on are not those of the log"),
        (4, FEED[:HALF], [*MADE[:2], MADE[3]], "order of F1 too many: "),
        (5, FEED[:HALF], [*MADE[:2], MADE[3], MADE[3]], "order of F1 too many: "),
        (5, FEED[:HALF], [*MADE[:2], ("dense", 4)], "order of F1 too many: "),
    ],
)
def test_early_end_excuses_nothing_but_the_undisturbed_session_up_to_the_old_head(
    head_before_cuts: int, seen: bytes, made: Sequence[tuple[str, int]], complaint: str
) -> None:
    """What lies beyond that head, is another message or order, or comes twice is a difference."""
    lines = ended_early(head_before_cuts=head_before_cuts, seen=seen, made=made)

    assert any(complaint in line for line in lines), lines


# ---- what is read ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Received Order 12: BUY 10 SPY @ 168.25 ClOrdID=a user=news", LogLine(12, "a")),
        (
            "Partly Filled Order 12: BUY 4 SPY @ 168.25, 4 of 10 done, fee 0 ClOrdID=a "
            "report=3DAA100000-17 user=news",
            LogLine(12, "a", "3DAA100000-17"),
        ),
        (
            "Rejected Cancel of Order 12: ClOrdID=b OrigClOrdID=a report=3DAA100000-18 user=news "
            "TOO_LATE_TO_CANCEL",
            LogLine(12, "b", "3DAA100000-18"),
        ),
        (
            "Rejected Replace: ClOrdID=b OrigClOrdID=x report=3DAA100000-18 user=news OTHER",
            LogLine(0, "b", "3DAA100000-18"),
        ),
        (
            "Canceled All: 3 orders ClOrdID=m report=3DAA100000-19 user=news",
            LogLine(0, "m", "3DAA100000-19"),
        ),
    ],
)
def test_each_kind_of_line_is_read(text: str, line: LogLine) -> None:
    """Orders by their number, what follows on them by the number of the report as well."""
    assert log_line(f"2026-11-22T09:00:00.123456Z {text}") == line
    assert log_line(text[:20]).order_id == -1
