"""The cost of replays to a live client: its latency with and without 32 others that replay.

    python -m tests.net.isolation [--clients 32] [--rounds 8] [--seconds 1] [--realtime]

A real gateway publishes 1,000 ticks a second behind a log of two million; one live client, a real
FeedConnection in a process of its own, notes the time at which it receives each tick. Rounds with
and without the replaying clients alternate. Three intervals are measured:

  due → sent         the server alone: from the time the schedule set for the tick to the send on
                     the live client's socket; includes the loop's delay because of others
  published → sent   the server alone: from the stamp before the append to that send
  published → taken  with the kernel, the live client's process, and its wait for a processor

The replaying clients use processor time themselves, as little as possible (isolation_readers.py).
With fewer processors than server, live client and readers need, or with other work on the machine,
the last row also shows the kernel's scheduler; the first two depend on the server only. On a busy
machine use --realtime --seconds 0.6 (a real-time process that has used a processor for 0.95 s loses
it for 50 ms, which would be measured).

due → sent is mostly the resolution of the loop's timers, a millisecond, with and without replays.
"""

import argparse
import os
import select
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.bench.program import Program
from tests.kit.daemon import PASSWORD
from tests.kit.gateway import Gateway
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND

Times = npt.NDArray[np.int64]

RATE = 1_000  # ticks a second
INTERVAL_NS = NANOSECONDS_PER_SECOND // RATE
LOGGED_TICKS = 2_000_000  # 128 MB for each replay
TICK_BYTES = 64
SETTLE_S = 0.25  # at the beginning of a round, for logins and the remains of the last round
REALTIME_PRIORITY = 20


@dataclass(frozen=True, slots=True)
class Round:
    """Begin and end by the wall clock, and the bytes that were replayed between them."""

    begin_ns: int
    end_ns: int
    replayed_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ticks:
    """The wall-clock times of each tick, nanoseconds, in the order of their numbers."""

    published_ns: Times
    sent_ns: Times
    taken_ns: Times

    def during(self, period: Round) -> "Ticks":
        """Return those that were published in a round."""
        inside = (self.published_ns >= period.begin_ns) & (self.published_ns < period.end_ns)
        return Ticks(self.published_ns[inside], self.sent_ns[inside], self.taken_ns[inside])

    def travels_us(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return the intervals that the module describes, by name."""
        late = self.published_ns - np.arange(len(self.published_ns)) * INTERVAL_NS
        due_ns = self.published_ns - (late - late.min())
        return {
            "due → sent": (self.sent_ns - due_ns) / NANOSECONDS_PER_MICROSECOND,
            "published → sent": (self.sent_ns - self.published_ns) / NANOSECONDS_PER_MICROSECOND,
            "published → taken": (self.taken_ns - self.published_ns) / NANOSECONDS_PER_MICROSECOND,
        }


def pause(seconds: float) -> None:
    """Wait."""
    select.select([], [], [], seconds)


def quiet_round(seconds: float) -> Round:
    """Measure a round without replays."""
    pause(SETTLE_S)
    begin_ns = time.time_ns()
    pause(seconds)
    return Round(begin_ns, time.time_ns())


def loaded_round(readers: Program, seconds: float) -> Round:
    """Measure a round in which all readers replay."""
    readers.go()
    period = quiet_round(seconds)
    readers.say("stop")
    share = seconds / (seconds + SETTLE_S)
    return Round(period.begin_ns, period.end_ns, int(readers.answer()["bytes"] * share))


def fill(gateway: Gateway) -> None:
    """Wait until the log is long enough, then slow down."""
    while gateway.stats()["head"] < LOGGED_TICKS:
        pause(0.05)
    gateway.call("SetPace", {"pace": f"{RATE}/s"})


def program(role: str, gateway: Gateway, *arguments: object) -> Program:
    """Start one of the programs beside this one."""
    path = Path(__file__).with_name(f"isolation_{role}.py")
    port = gateway.address[1]
    return Program([sys.executable, str(path), PASSWORD, *map(str, (port, *arguments))])


def favour(*pids: int) -> None:
    """Give these processes real-time priority; needs root."""
    for pid in pids:
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))


def measure(
    arguments: argparse.Namespace, directory: Path
) -> tuple[Ticks, list[Round], list[Round]]:
    """Return all ticks, the rounds without replays, and those with replays."""
    quiet, loaded = [], []
    sent_file = directory / "sent"
    os.environ["ISOLATION_FILE"] = str(sent_file)
    gateway = Gateway(directory)
    gateway.write_users("live", "replay")
    gateway.configure(source="random-walk", pace="max")
    try:
        pid = gateway.start((str(Path(__file__).with_name("isolation_gateway.py")),))["pid"]
        fill(gateway)
        with (
            program("live", gateway) as live,
            program("readers", gateway, arguments.clients, LOGGED_TICKS * TICK_BYTES) as readers,
        ):
            live.wait_ready()
            readers.wait_ready()
            if arguments.realtime:
                favour(pid, live.pid)
            for _ in range(arguments.rounds):
                quiet.append(quiet_round(arguments.seconds))
                loaded.append(loaded_round(readers, arguments.seconds))
            live.say("stop")
            taken = live.answer()
        gateway.stop()
    finally:
        gateway.close()
    return of_live(taken, sent_file), quiet, loaded


def of_live(taken: dict[str, list[int]], sent_file: Path) -> Ticks:
    """Join the records of the live client and the gateway.

    A send includes everything published before it, so a tick was in the first send after its stamp.
    """
    sends_ns = np.loadtxt(sent_file, dtype=np.int64)
    published_ns = np.array(taken["sent_ns"])
    sent_ns = sends_ns[np.searchsorted(sends_ns, published_ns)]
    return Ticks(published_ns, sent_ns, np.array(taken["taken_ns"]))


def show(ticks: Ticks, quiet: list[Round], loaded: list[Round]) -> None:
    """Print one row for each interval."""
    without = [ticks.during(period).travels_us() for period in quiet]
    among = [ticks.during(period).travels_us() for period in loaded]
    seconds = sum(period.end_ns - period.begin_ns for period in loaded) / NANOSECONDS_PER_SECOND
    rate = sum(period.replayed_bytes for period in loaded) / seconds / 1e6
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; replayed {rate:,.0f} MB/s")
    print(
        f"{'µs':20}{'samples':>9}{'p50':>8}{'p99':>8}   with replays{'p50':>8}{'p99':>8}  p99 ratio"
    )
    for name in without[0]:
        alone_us = np.concatenate([travels[name] for travels in without])
        among_us = np.concatenate([travels[name] for travels in among])
        alone, beside = (np.percentile(us, [50, 99]) for us in (alone_us, among_us))
        print(
            f"{name:20}{len(alone_us):>9,}{alone[0]:>8.0f}{alone[1]:>8.0f}   {len(among_us):>12,}"
            f"{beside[0]:>8.0f}{beside[1]:>8.0f}  {beside[1] / alone[1]:.2f}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="measure what replays cost a live client")
    parser.add_argument("--clients", type=int, default=32, help="number of clients that replay")
    parser.add_argument("--rounds", type=int, default=8, help="number of rounds of each kind")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of each round")
    parser.add_argument(
        "--realtime", action="store_true", help="give the measured processes real-time priority"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tradestack-isolation-") as name:
        show(*measure(arguments, Path(name)))


if __name__ == "__main__":
    main()
