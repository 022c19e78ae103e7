"""The command of tests/faults/run: sessions under SIGKILL, compared with an undisturbed one.

    undisturbed session ─► expected evidence
    repetition 1, 2, …: paced session, random kills, one armed fail point a daemon ─► evidence
                        ─► differences from what was expected            until all kills have hit

stdout: the seed, the kills of each repetition, the figures. stderr: progress. The exit status is 0
without differences, else 1.
"""

import argparse
import asyncio
import logging
import random
import secrets
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.checker import differences
from tests.faults.evidence import Evidence
from tests.faults.killer import Kill, Killer, Progress
from tests.faults.repetition import Repetition, Sources, no_attack
from tests.faults.stack import RunFailed, fail_points_hit
from tradestack.runtime.fail_points import FailPoint
from tradestack.wire.feed import TICK_PACKET_LENGTH

CHECKOUT = Path(__file__).parents[2]
REAL_DATA = CHECKOUT.parent / "shared" / "data" / "real"
SAMPLE_DATA = CHECKOUT / "data"
SECONDS = 25  # duration of an undisturbed session
REPETITIONS_MAX = 200

# Passes before a fail point kills: a process is to do some work after its start.
PASSINGS = {
    "gateway": (8_000, 40_000),  # batches
    "order-manager": (500, 3_000),  # batches, most of one order
    "strategy": (500, 3_000),  # batches or orders
}


@dataclass(slots=True)
class Tally:
    """The counts of a campaign, and the differences that it found."""

    repetitions: int = 0
    orders: int = 0
    messages: int = 0
    kills: list[Kill] = field(default_factory=list)
    fail_points: Counter[str] = field(default_factory=Counter)
    respawns: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def lines(self, expected: Evidence) -> list[str]:
        """Return the figures, a line each."""
        victims = Counter(kill.victim for kill in self.kills)
        in_flight = sum(kill.in_flight > 0 for kill in self.kills)
        return [
            f"repetitions        {self.repetitions}",
            f"kills              {len(self.kills)}: {_counts(victims)}",
            f"  orders in flight {in_flight}",
            f"fail-points hit    {self.fail_points.total()}: {_counts(self.fail_points)}",
            f"respawns           {_counts(self.respawns)}",
            f"orders             {self.orders}, {len(expected.orders)} a session",
            f"messages           {self.messages}",
            f"differences        {len(self.differences)}",
        ]


class Campaign:
    """Sessions in one directory, each with the files that the one before it left."""

    def __init__(self, directory: Path, seed: int, kills_wanted: int) -> None:
        self.tally = Tally()
        self._directory = directory
        self._seed = seed
        self._kills_wanted = kills_wanted
        self._data = data = REAL_DATA if REAL_DATA.is_dir() else SAMPLE_DATA
        prices = data / ("prices.csv.gz" if data is REAL_DATA else "prices.csv")
        self._sources = Sources.copy(directory / "data", prices, data / "sentiment.csv")

    async def run(self) -> list[str]:
        """Run until all kills have hit; return the report. Raises RunFailed."""
        _log(f"seed {self._seed}; the undisturbed session of {self._data}")
        undisturbed = Repetition(self._directory / "undisturbed", self._sources, pace="max")
        expected = await undisturbed.run(no_attack)
        found = differences(expected, expected)
        assert not found, f"the undisturbed session is not sound: {found}"
        while len(self.tally.kills) < self._kills_wanted and not self.tally.differences:
            await self._repeat(expected)
            if self.tally.repetitions == REPETITIONS_MAX:
                raise RunFailed("too few kills hit a running daemon")
        return [
            f"seed               {self._seed}",
            f"data               {self._data}",
            *self.tally.lines(expected),
        ]

    async def _repeat(self, expected: Evidence) -> None:
        tally = self.tally
        tally.repetitions += 1
        rng = random.Random(f"{self._seed}:{tally.repetitions}")
        fail_points = _armed(rng)
        messages = len(expected.feed) // TICK_PACKET_LENGTH
        pace = f"{messages // SECONDS}/s"
        repetition = Repetition(self._directory / "attacked", self._sources, pace=pace)
        killer = Killer(repetition.stack, rng, kills_max=self._kills_wanted - len(self.tally.kills))
        due = sorted(int(order.name.split("-")[-2]) for order in expected.orders)

        async def attack(attacked: Repetition) -> None:
            await killer.run(Progress(attacked.directory, attacked.session, due, messages))

        try:
            evidence = await repetition.run(attack, fail_points=fail_points)
        finally:
            print(f"repetition {tally.repetitions}: armed {fail_points}")
            print("".join(f"  {kill}\n" for kill in killer.kills), end="", flush=True)
        tally.kills += killer.kills
        tally.fail_points.update(fail_points_hit(repetition.stack.lines))
        tally.respawns.update(repetition.result["respawns"])
        tally.orders += len(evidence.orders)
        tally.messages += len(evidence.feed) // TICK_PACKET_LENGTH
        tally.differences += [
            f"repetition {tally.repetitions}: {one}" for one in differences(expected, evidence)
        ]
        _log(
            f"repetition {tally.repetitions}: {len(killer.kills)} kills, "
            f"{len(tally.kills)} of {self._kills_wanted} in all, "
            f"{len(tally.differences)} differences"
        )


def _armed(rng: random.Random) -> str:
    """Choose one fail point for each kind of daemon, and the pass at which it kills."""
    entries = []
    for daemon, (least, most) in PASSINGS.items():
        point = rng.choice([one.value for one in FailPoint if one.value.startswith(daemon)])
        entries.append(f"{point}:{rng.randint(least, most)}")
    return " ".join(entries)


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) or "none"


def _log(text: str) -> None:
    print(f"faults: {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/faults/run",
        description="Kill daemons under load and compare the session with an undisturbed one.",
    )
    parser.add_argument(
        "--kills",
        type=int,
        default=300,
        metavar="N",
        help="number of random kills (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="S",
        help="repeat the kills of an earlier campaign (default: a random seed)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the directory of the stack"
    )
    arguments = parser.parse_args()
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    directory = Path(tempfile.mkdtemp(prefix="tradestack-faults-"))
    logging.disable(logging.WARNING)  # the clients here lose their servers all the time
    campaign = Campaign(directory, seed, arguments.kills)
    is_sound = False
    try:
        report = asyncio.run(campaign.run())
        is_sound = not campaign.tally.differences
    except RunFailed as failure:
        report = [f"seed               {seed}", str(failure)]
    finally:
        if is_sound and not arguments.keep:
            shutil.rmtree(directory)
        else:
            _log(f"the files are in {directory}")
    print("\n".join([*campaign.tally.differences, *report]))
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
