"""Ends of feed log, journal and order log that a power cut removed or filled with zeros.

All processes are killed at once, as by a power cut, and the ends of the files are removed, within a
record, or replaced by zeros. Then the stack is started again.
"""

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import (
    Evidence,
    feed_logs_in,
    journals_in,
    log_line,
    records_of,
)
from tests.faults.repetition import Repetition

CUTS = 4
MESSAGES_BETWEEN_MIN = 3_000
PACKETS_TORN_MAX = 500
LINES_TORN_MAX = 100
POLL_S = 0.02
ORDER = b'"Record":"Order"'


async def play_until(repetition: Repetition, head: int) -> None:
    """Play up to the head, and until the order session has orders; then cut the power."""
    stack = repetition.stack
    await stack.start(repetition.options())
    (feed,) = feed_logs_in(repetition.directory)
    (*_, journal) = journals_in(repetition.directory)
    while feed.stat().st_size < head * 64 or ORDER not in journal.read_bytes():
        await asyncio.sleep(POLL_S)
    await stack.cut_power()


def tear(path: Path, lost_bytes: int, zeros: int) -> None:
    """Remove the end of the file and append zeros."""
    size = path.stat().st_size
    with path.open("rb+") as file:
        file.truncate(max(size - lost_bytes, 0))
        file.seek(0, 2)
        file.write(bytes(zeros))


def session_lines_bytes(order_log: Path, journal: Path) -> int:
    """Return the size of the session's lines: those of earlier ones were synced when it began."""
    first = records_of(journal)[0]["NextOrderID"]
    own = 0
    for text in order_log.read_bytes().splitlines(keepends=True):
        line = log_line(text.decode())
        is_own = line.report.startswith(journal.stem) if line.report else line.order_id >= first
        own += len(text) if is_own else 0
    return own


def journal_loss(journal: Path, lines: int, rng: random.Random) -> int:
    """Return how many bytes to remove: from within the last lines, never of the header."""
    content = journal.read_bytes()
    kept = content[: content.index(ORDER)].count(b"\n")
    starts = [0]
    while (end := content.find(b"\n", starts[-1])) >= 0:
        starts.append(end + 1)
    first_torn = max(kept + 1, len(starts) - 1 - lines)
    return len(content) - rng.randrange(starts[first_torn - 1] + 1, starts[first_torn])


@pytest.mark.parametrize("zeros", [0, 4_096], ids=["cut", "zeros"])
@pytest.mark.parametrize("seed", [1, 2])
def test_torn_ends_are_made_again(
    seed: int, zeros: int, undisturbed: Evidence, slow_repetition: Repetition
) -> None:
    """Ticks get the same numbers; orders that were lost are not replaced by others."""
    rng, repetition = random.Random(seed), slow_repetition

    async def play() -> Evidence:
        for cut in range(1, CUTS + 1):
            await play_until(repetition, cut * MESSAGES_BETWEEN_MIN)
            (feed,) = feed_logs_in(repetition.directory)
            journal = journals_in(repetition.directory)[-1]
            order_log = repetition.directory / "log" / "order_log.txt"
            tear(feed, rng.randrange(PACKETS_TORN_MAX * 64), rng.choice([0, zeros]))
            lost = journal_loss(journal, rng.randrange(1, LINES_TORN_MAX), rng)
            tear(journal, lost, rng.choice([0, zeros]))
            # The order log is written after the journal and is behind it on the disk as well.
            lost = min(lost, session_lines_bytes(order_log, journal))
            tear(order_log, lost, rng.choice([0, zeros]))
            repetition.gathering.power_cuts += 1
            repetition.gathering.may_lack_their_ends.add(journal.stem)
        return await repetition.run(_play_the_rest, renew=False)

    evidence = asyncio.run(play())

    assert differences(undisturbed, evidence) == []


async def _play_the_rest(repetition: Repetition) -> None:
    """Leave the last start in peace."""
    await repetition.stack.set_pace("max")
