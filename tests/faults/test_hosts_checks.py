"""The comparison of several hosts finds each kind of violation in made evidence."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from tests.faults.hosts.checks import hosts_differences
from tests.faults.hosts.evidence import JOURNAL, TAKEOVER, Entry, HostsEvidence
from tests.faults.hosts.prober import Answer

FEED = b"".join(bytes([number]) * 64 for number in range(6))
FIRST, SECOND = [b"header\n", b"order 1\n"], [b"order 2\norder 3\n", b"order 4\n"]
WHOLE = b"".join(FIRST + SECOND)


def stream_of(*written: tuple[str, int, Sequence[bytes]]) -> list[Entry]:
    """Make the stream of order session O1: who took over, when, and what was written then."""
    entries: list[Entry] = []
    offset = 0
    for epoch, (host, at_ns, written_lines) in enumerate(written, 1):
        about: dict[str, Any] = {"epoch": epoch, "host": host, "session": "O1"}
        entries.append(Entry(sequence=len(entries) + 1, record=TAKEOVER, at_ns=at_ns, **about))
        for lines in written_lines:
            entries.append(
                Entry(
                    sequence=len(entries) + 1, record=JOURNAL, offset=offset, lines=lines, **about
                )
            )
            offset += len(lines)
    return entries


STREAM = stream_of(("a", 100, FIRST), ("b", 200, SECOND))
ANSWERS = [Answer("a", 110, 120), Answer("a", 190, 230), Answer("b", 205, 220)]
SOUND = HostsEvidence(
    feeds={host: {"F1": FEED} for host in "abcd"},
    journals={host: {"O1": WHOLE} for host in "ab"},
    stream=STREAM,
    answers=ANSWERS,
)


def with_feed(host: str, **logs: bytes) -> HostsEvidence:
    """Return the sound run with other feed logs at one host."""
    return dataclasses.replace(SOUND, feeds={**SOUND.feeds, host: logs})


def with_journal(host: str, **journals: bytes) -> HostsEvidence:
    """Return the sound run with other journals at one host."""
    return dataclasses.replace(SOUND, journals={**SOUND.journals, host: journals})


def with_entry(number: int, **changes: Any) -> HostsEvidence:
    """Return the sound run with one message of the stream changed."""
    changed = dataclasses.replace(STREAM[number - 1], **changes)
    return with_stream([*STREAM[: number - 1], changed, *STREAM[number:]])


def with_stream(stream: Sequence[Entry]) -> HostsEvidence:
    """Return the sound run with another stream."""
    return dataclasses.replace(SOUND, stream=stream)


def with_answers(*answers: Answer) -> HostsEvidence:
    """Return the sound run with more answers."""
    return dataclasses.replace(SOUND, answers=[*ANSWERS, *answers])


FAULTS = [
    (with_feed("c", F1=FEED[:-64]), "feed log F1, of 384 and 320 bytes, differs at byte 320: a"),
    (with_feed("d", F1=FEED[:70] + b"x" + FEED[71:]), "differs at byte 70: a and d"),
    (with_feed("b"), "feed log F1 is missing at b"),
    (with_feed("b", F1=FEED, F2=FEED), "feed log F2 is missing at a"),
    (with_journal("a", O1=WHOLE[:-8]), "journal O1, of 39 and 31 bytes, differs at byte 31"),
    (with_journal("b", O1=WHOLE + b"order 5\n"), "differs at byte 39: the stream and b"),
    (with_journal("b", O1=WHOLE.replace(b"3", b"2")), "differs at byte 29: the stream and b"),
    (with_journal("a"), "journal O1 is missing at a"),
    (with_journal("a", O1=WHOLE, O2=b"header\n"), "journal O2 is missing at the stream"),
    (with_stream([*STREAM[:4], *STREAM[5:]]), "message 6 of the stream came when 5 was due"),
    (with_stream([*STREAM, STREAM[-1]]), "message 6 of the stream came when 7 was due"),
    (with_entry(5, offset=15 + 8), "message 5 of the stream: O1 goes on at 23, not 15"),
    (with_entry(5, epoch=1, host="a"), "of a, epoch 1, while b has epoch 2"),
    (with_entry(4, epoch=3), "message 4 of the stream: epoch 3 follows 1"),
    (with_answers(Answer("a", 221, 240)), "a (epoch 1) answered a question of 221 at 240, when b"),
    (with_answers(Answer("a", 900, 901)), "a (epoch 1) answered a question of 900 at 901, when b"),
    (with_answers(Answer("b", 150, 160)), "b answered before it was the primary, at 160"),
    (dataclasses.replace(SOUND, exits=["gateway@b ended with status 1"]), "ended with status 1"),
]


def test_sound_runs_have_no_differences() -> None:
    """A question of before the takeover may be answered after it, and who is back may answer."""
    again = stream_of(("a", 100, FIRST), ("b", 200, SECOND[:1]), ("a", 300, SECOND[1:]))
    answers = [*ANSWERS, Answer("a", 310, 320)]

    assert hosts_differences(SOUND) == []
    assert hosts_differences(dataclasses.replace(SOUND, stream=again, answers=answers)) == []


@pytest.mark.parametrize(("found", "complaint"), FAULTS, ids=[name for _, name in FAULTS])
def test_planted_faults_are_seen(found: HostsEvidence, complaint: str) -> None:
    """Each fault alone is a difference, whose text gives the place."""
    lines = hosts_differences(found)

    assert any(complaint in line for line in lines), lines
