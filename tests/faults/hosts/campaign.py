"""The command of tests/faults/run --replicated: hosts under attack, beside an undisturbed stack.

    one stack, undisturbed ─► expected evidence
    run 1, 2, …: hosts in namespaces, events under load ─► evidence ─► differences
                                                           until all events have come

stdout: the seed, the events of each run, the figures. stderr: progress. The exit status is 0
without differences, else 1.
"""

import argparse
import asyncio
import logging
import os
import random
import secrets
import shutil
import sys
import tempfile
from collections import Counter, deque
from contextlib import ExitStack
from pathlib import Path

from tests.faults.campaign import DATA
from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import PACKET_LENGTH, Evidence
from tests.faults.disk import Disk, DiskFault
from tests.faults.hosts.attacker import Attacker
from tests.faults.hosts.checks import hosts_differences
from tests.faults.hosts.evidence import TAKEOVER, HostsEvidence
from tests.faults.hosts.layout import HOSTS, Layout
from tests.faults.hosts.network import Network
from tests.faults.hosts.run import HostsRun
from tests.faults.hosts.schedule import Event, Kind, events
from tests.faults.hosts.stack import HostsStack
from tests.faults.launch import Sources
from tests.faults.repetition import Repetition, no_attack
from tests.faults.stack import RunFailed
from tradestack.engine.faults import EngineError
from tradestack.net.control.client import ControlFault

OWN_NAMESPACES = "TRADESTACK_HOSTS_NAMESPACES"
HAND = 25  # events of a run
SECONDS_PER_EVENT = 12  # of feed; what is left after the last one is published at once
FAILURES_MAX = 5  # runs without an end


class HostsCampaign:
    """Runs in one directory, each with hosts of its own."""

    def __init__(self, directory: Path, seed: int, wanted: list[Event], rows: int) -> None:
        self.differences = 0
        self._directory = directory
        self._seed = seed
        self._sources = _sources(directory / "data", rows)
        self._events = deque(wanted)
        self._count = len(wanted)
        self._runs = 0
        self._counts: Counter[str] = Counter()

    async def run(self) -> list[str]:
        """Run until all events have come; return the report. Raises RunFailed, DiskFault."""
        _log(f"seed {self._seed}; the undisturbed session")
        undisturbed = Repetition(self._directory / "undisturbed", self._sources, pace="max")
        expected = await undisturbed.run(no_attack)
        assert not differences(expected, expected), "the undisturbed session is not sound"
        failures = 0
        while self._events and failures < FAILURES_MAX:
            failures += not await self._play(expected)
        return [
            f"seed               {self._seed}",
            *(f"{name:<19}{count}" for name, count in self._counts.items()),
            f"runs               {self._runs}",
            f"differences        {self.differences}",
        ]

    async def _play(self, expected: Evidence) -> bool:
        """Play the next events on hosts of their own; return whether there was an end."""
        self._runs += 1
        hand = deque(self._events.popleft() for _ in range(min(HAND, len(self._events))))
        messages = len(expected.feeds[-1].packets) // PACKET_LENGTH
        pace = f"{messages // (SECONDS_PER_EVENT * len(hand))}/s"
        with ExitStack() as opened:
            directory = self._directory / f"run-{self._runs}"
            directory.mkdir()
            network = opened.enter_context(Network(HOSTS))
            disks = {host: Disk(directory / f"{host}.image", directory / host) for host in HOSTS}
            for disk in disks.values():
                disk.mount()
            pids = {name: host.pid for name, host in network.hosts.items()}
            addresses = {name: host.address for name, host in network.hosts.items()}
            layout = Layout({host: directory / host for host in HOSTS}, addresses)
            stack = HostsStack(layout, network, self._sources, pace)
            attacker = Attacker(stack, network, disks, tell=_log)
            has_ended, found = True, list[str]()
            try:
                run = HostsRun(stack, pids, attacker.attended)
                both, hosts = await run.run(lambda: attacker.play(hand))
            except (RunFailed, ControlFault, EngineError, TimeoutError) as failure:
                has_ended, found = False, [f"{type(failure).__name__}: {failure}"]
            else:
                found = [line for each in both for line in differences(expected, each)]
                found += hosts_differences(hosts)
                self._count_up(both, hosts)
                lines = [
                    f"{each.host} {each.asked_ns} {each.answered_ns}\n" for each in hosts.answers
                ]
                (directory / "answers").write_text("".join(lines))
            self._events.extendleft(reversed(hand))
            self._tell(attacker.done, found)
            if found:
                _log(f"the files are in {directory}, each host's disk is an image (mount -o loop)")
            for disk in disks.values():
                await disk.unmount()
            if not found:
                shutil.rmtree(directory)
        return has_ended

    def _count_up(self, both: list[Evidence], hosts: HostsEvidence) -> None:
        self._counts["orders"] += sum(len(each.orders()) for each in both[0].order_sessions)
        self._counts["takeovers"] += sum(entry.record == TAKEOVER for entry in hosts.stream)
        self._counts["answers"] += len(hosts.answers)
        self._counts["stream messages"] += len(hosts.stream)

    def _tell(self, done: list[str], found: list[str]) -> None:
        self.differences += len(found)
        self._counts["events"] += len(done)
        print(f"run {self._runs}:")
        print("".join(f"  {act}\n" for act in done), end="")
        print("".join(f"  differs: {difference}\n" for difference in found), end="", flush=True)
        _log(
            f"run {self._runs}: {self._counts['events']} of {self._count} events, "
            f"{self.differences} differences"
        )


def _sources(directory: Path, rows: int) -> Sources:
    """Copy the sample; rows: of the prices, 0 for all."""
    sources = Sources.copy(directory, DATA / "prices.csv", DATA / "sentiment.csv")
    if rows:
        lines = sources.prices.read_text().splitlines(keepends=True)
        sources.prices.write_text("".join(lines[: rows + 1]))
    return sources


def _log(text: str) -> None:
    print(f"faults: {text}", file=sys.stderr, flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/faults/run --replicated",
        description="Attack four hosts in network namespaces of this machine, and compare what is "
        "left with an undisturbed stack: a gateway and three relays in a chain, two order managers "
        "with one journal, three servers of its stream, strategies at the far end. "
        "It needs root, loop devices and nats-server.",
    )
    parser.add_argument(
        "--events",
        type=int,
        default=200,
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
        "--rows",
        type=int,
        default=0,
        metavar="N",
        help="only the first N prices of the sample (default: all)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the directory of the hosts"
    )
    return parser.parse_args()


def _enter_own_namespaces() -> None:
    """Run this program with a network and mounts of its own. Needs root."""
    if OWN_NAMESPACES not in os.environ:
        os.environ[OWN_NAMESPACES] = "1"
        program = (sys.executable, "-m", "tests.faults.hosts.campaign", *sys.argv[1:])
        script = 'ip link set lo up && exec "$@"'
        os.execvp("unshare", ("unshare", "--mount", "--net", "sh", "-c", script, "sh", *program))


def main() -> int:
    """Run the command; return the exit status."""
    arguments = _parse()
    if os.geteuid() != 0:
        sys.exit("tests/faults/run --replicated: only root can make network namespaces")
    _enter_own_namespaces()
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    kinds = {Kind(name) for name in arguments.kinds.split(",")}
    wanted = events(random.Random(seed), arguments.events, kinds)
    directory = Path(tempfile.mkdtemp(prefix="tradestack-hosts-"))
    logging.disable(logging.WARNING)  # the clients here lose their servers all the time
    campaign = HostsCampaign(directory, seed, wanted, arguments.rows)
    is_sound = False
    try:
        report = asyncio.run(campaign.run())
        is_sound = not campaign.differences
    except (RunFailed, DiskFault) as failure:
        report = [f"seed               {seed}", str(failure)]
    finally:
        if is_sound and not arguments.keep:
            shutil.rmtree(directory)
    print("\n".join(report))
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
