"""The command of tests/faults/run: a stack under attack, compared with an undisturbed one.

    undisturbed session ─► expected evidence
    session 1, 2, …: a hand of events, armed fail points ─► evidence ─► differences from what is
                     promised                                             until all events have come

stdout: the seed, the events of each session, the figures. stderr: progress. The exit status is 0
without differences, else 1.
"""

import argparse
import asyncio
import logging
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Collection
from pathlib import Path

from tests.faults.attack.attacker import Attacker
from tests.faults.attack.progress import Progress
from tests.faults.attack.schedule import NEED_A_DISK, Hand, Kind, hands
from tests.faults.attack.tally import Tally
from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import PACKET_LENGTH, Evidence
from tests.faults.compare.order_checks import orders_excused
from tests.faults.compare.report_checks import answers_compared
from tests.faults.disk import Disk, DiskFault
from tests.faults.launch import STRATEGIES, Sources
from tests.faults.repetition import Repetition, no_attack
from tests.faults.stack import RunFailed
from tradestack.runtime.process.fail_points import FailPoint

CHECKOUT = Path(__file__).parents[2]
DATA = CHECKOUT / "data"
OWN_NAMESPACE = "TRADESTACK_FAULTS_NAMESPACE"
SECONDS = 25  # duration of an undisturbed session
SESSION_DEADLINE_S = 900.0
SESSIONS_MAX = 300
FAILURES_MAX = 10  # sessions without an end

# Orders. A strategy that has missed a session sends all of it at once, some again after each death,
# and must not die so often that `up` gives it up.
ORDERS = (1_500, 6_000)
# Passes before a fail point acts: a process is to do some work after its start.
PASSINGS = {
    "gateway": (2_000, 20_000),  # batches
    "order-manager": (500, 3_000),  # batches, most of one order
    "strategy": (500, 3_000),  # batches
    "strategy.decided": ORDERS,  # of an interactive strategy, message by message
    "strategy.sent": ORDERS,
    "strategy.reported": ORDERS,
}
# Where an error is that of the append or the sync which follows.
FAILING = {
    FailPoint.GATEWAY_READ,
    FailPoint.ORDER_MANAGER_JUDGED,
    FailPoint.ORDER_MANAGER_SYNCING,
}


class Campaign:
    """Sessions in one directory, each with the files that the one before it left."""

    def __init__(self, directory: Path, seed: int, events: int, kinds: Collection[Kind]) -> None:
        self.tally = Tally()
        self._directory = directory
        self._seed = seed
        self._sources = Sources.copy(
            directory / "data", DATA / "prices.csv", DATA / "sentiment.csv"
        )
        self._disk = _disk(directory)
        possible = set(kinds) if self._disk else set(kinds) - NEED_A_DISK
        self._hands: deque[Hand] = hands(random.Random(seed), events, possible, list(STRATEGIES))
        self._events = events
        self._failures = 0

    async def run(self) -> list[str]:
        """Run until all events have come; return the report. Raises RunFailed, DiskFault."""
        _log(f"seed {self._seed}; the undisturbed session")
        undisturbed = Repetition(self._directory / "undisturbed", self._sources, pace="max")
        expected = await undisturbed.run(no_attack)
        found = differences(expected, expected)
        assert not found, f"the undisturbed session is not sound: {found}"
        while self._hands and self._failures < FAILURES_MAX:
            await self._play(expected)
            if self.tally.sessions == SESSIONS_MAX:
                raise RunFailed("too few events came before a session was over")
        if self._disk:
            await self._disk.unmount()
        return [
            f"seed               {self._seed}",
            *self.tally.lines(),
        ]

    async def _play(self, expected: Evidence) -> None:
        """Play one session with the next hand."""
        number = self.tally.sessions + 1
        fail_points = _armed(random.Random(f"{self._seed}:{number}"))
        hand = self._hands.popleft()
        repetition, progress = self._next(expected)
        attacker = Attacker(repetition, self._disk, progress)

        async def attack(_: Repetition) -> None:
            await attacker.play(hand)

        found: list[str] = []
        try:
            evidence = await repetition.run(
                attack,
                fail_points=fail_points,
                settings=[
                    f"order-manager.durability={hand.durability.value}",
                    *("gateway.free_bytes_min='0B'", "order-manager.free_bytes_min='0B'"),
                ],
                deadline_s=SESSION_DEADLINE_S,
            )
        except RunFailed as failure:
            found = [str(failure)]
            self._failures += 1
        else:
            found = differences(expected, evidence)
            compared, reports = answers_compared(expected, evidence)
            self.tally.add_evidence(
                evidence,
                orders_excused=orders_excused(expected, evidence),
                reports=reports,
                reports_compared=compared,
            )
        if hand.events:
            self._hands.appendleft(hand)
        self.tally.states_compared += repetition.gathering.states_compared
        self.tally.add_session(attacker.done, repetition.stack.lines, found)
        durability = hand.durability.value
        print(f"session {number}: durability {durability}, armed {fail_points}")
        print("".join(f"  {act}\n" for act in attacker.done), end="")
        print("".join(f"  differs: {difference}\n" for difference in found), end="", flush=True)
        left = sum(len(hand.events) for hand in self._hands)
        _log(
            f"session {number}: {len(attacker.done)} events, {self._events - left} of "
            f"{self._events} in all, {self.tally.differences} differences"
        )

    def _next(self, expected: Evidence) -> tuple[Repetition, Progress]:
        """Return the next session; after one without an end in an empty directory."""
        directory = self._directory if self._disk is None else self._disk.mount_point
        directory /= f"stack-{self._failures + 1}"
        messages = len(expected.feeds[-1].packets) // PACKET_LENGTH
        repetition = Repetition(
            directory,
            self._sources,
            pace=f"{messages // SECONDS}/s",
            log=self._directory / "stack.log",
            within=self._disk.within if self._disk else (),
        )
        due = sorted(order.feed_sequence for order in expected.orders(expected.feeds[-1].id))
        return repetition, Progress(directory, due, messages)


def _disk(directory: Path) -> Disk | None:
    """Make a disk and mount it; None where that is not possible, DiskFault if CI is set."""
    try:
        disk = Disk(directory / "image", directory / "disk")
        disk.mount()
    except DiskFault as fault:
        if "CI" in os.environ:
            raise
        _log(f"without power cuts and full disks: {fault}")
        return None
    return disk


def _armed(rng: random.Random) -> str:
    """Choose a place and a pass for a death of each kind of daemon, and for errors of two."""
    entries = []
    for daemon in ("gateway", "order-manager", "strategy"):
        points = [point for point in FailPoint if point.value.startswith(daemon)]
        failing = rng.choice([point for point in points if point in FAILING] or [None])
        if failing:
            error = rng.choice(["EIO", "ENOSPC"])
            entries.append(f"{failing.value}:{_passing(rng, failing, daemon) // 2}:{error}")
        dying = rng.choice([point for point in points if point is not failing])
        entries.append(f"{dying.value}:{_passing(rng, dying, daemon)}")
    return " ".join(entries)


def _passing(rng: random.Random, point: FailPoint, daemon: str) -> int:
    return rng.randint(*PASSINGS.get(point.value, PASSINGS[daemon]))


def _log(text: str) -> None:
    print(f"faults: {text}", file=sys.stderr, flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/faults/run",
        description="Attack a stack under load and compare it with an undisturbed one. "
        "Power cuts and full disks need root and loop devices. With --replicated as the first "
        "argument, four hosts are attacked instead: see --replicated --help.",
    )
    parser.add_argument(
        "--events",
        type=int,
        default=300,
        metavar="N",
        help="number of random events (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="S",
        help="repeat the events of an earlier campaign (default: a random seed)",
    )
    parser.add_argument(
        "--kinds",
        metavar="LIST",
        default=",".join(kind.value for kind in Kind),
        help="only events of these kinds, separated by commas (default: %(default)s)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the directory of the stack"
    )
    return parser.parse_args()


def _enter_own_namespace() -> None:
    """Run this program in a mount namespace of its own, where that is possible."""
    if OWN_NAMESPACE in os.environ or os.geteuid() != 0:
        return
    if subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0:
        os.environ[OWN_NAMESPACE] = "1"
        program = (sys.executable, "-m", "tests.faults.campaign", *sys.argv[1:])
        os.execvp("unshare", ("unshare", "--mount", *program))


def main() -> int:
    """Run the command; return the exit status."""
    arguments = _parse()
    _enter_own_namespace()
    kinds = [Kind(name) for name in arguments.kinds.split(",")]
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    directory = Path(tempfile.mkdtemp(prefix="tradestack-faults-"))
    logging.disable(logging.WARNING)  # the clients here lose their servers all the time
    campaign = Campaign(directory, seed, arguments.events, kinds)
    is_sound = False
    try:
        report = asyncio.run(campaign.run())
        is_sound = not campaign.tally.differences
    except (RunFailed, DiskFault) as failure:
        report = [f"seed               {seed}", str(failure)]
    finally:
        if is_sound and not arguments.keep:
            shutil.rmtree(directory)
        else:
            _log(f"the files are in {directory}, the disk is image (mount -o loop)")
    print("\n".join(report))
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
