"""What replays cost a live client: its latency while 32 others replay from 1, and without them.

    python tests/net/isolation.py [--clients 32] [--rounds 8] [--seconds 1] [--realtime]

A real gateway publishes 1,000 ticks a second behind a log of two million; one live client, a real
FeedConnection in a process of its own, looks at the clock when each tick is handed to it. Rounds
with and without the replaying clients take turns. Told apart are:

  due → sent       by the server alone: from when the schedule wanted the tick to when the live
                   client's socket had it; holds what the loop was late because of others
  published → sent by the server alone: from the stamp before the append to that socket
  published → taken  with the kernel, the live client's process, and its wait for a processor

The replaying clients take processor time themselves (isolation_readers.py says how little). On a
machine with fewer processors than server, live client and readers, or with other work, the last row
is also what the kernel's scheduler does; the server is answerable for the first two. So on a busy
machine: --realtime --seconds 0.6 (after 0.95 s of a full processor the kernel takes it from
real-time processes for 50 ms, and that would be measured).

due → sent is mostly the grain of the loop's timers, a millisecond, with replays and without.
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

from tradestack.net.server.users import new_salt, users_line

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from bench.program import Program  # noqa: E402
from tests.daemons.tradestack_gateway.daemon import PASSWORD, Daemon  # noqa: E402

Times = npt.NDArray[np.int64]

RATE = 1_000  # ticks a second
INTERVAL_NS = 1_000_000_000 // RATE
LOGGED_TICKS = 2_000_000  # 128 MB: what each replay is about
TICK_BYTES = 64
SETTLE_S = 0.25  # at the beginning of a round: logins, and what the last round left
MICROSECOND_NS = 1_000
REALTIME_PRIORITY = 20


@dataclass(frozen=True, slots=True)
class Round:
    """From when to when, by the wall clock; how many bytes were replayed meanwhile."""

    begin_ns: int
    end_ns: int
    replayed_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ticks:
    """Of each tick, in the order of their numbers, wall-clock nanoseconds."""

    published_ns: Times
    sent_ns: Times
    taken_ns: Times

    def during(self, one: Round) -> "Ticks":
        """Those that were published in a round."""
        inside = (self.published_ns >= one.begin_ns) & (self.published_ns < one.end_ns)
        return Ticks(self.published_ns[inside], self.sent_ns[inside], self.taken_ns[inside])

    def travels_us(self) -> dict[str, npt.NDArray[np.float64]]:
        """By name, as the module explains them."""
        late = self.published_ns - np.arange(len(self.published_ns)) * INTERVAL_NS
        due_ns = self.published_ns - (late - late.min())
        return {
            "due → sent": (self.sent_ns - due_ns) / MICROSECOND_NS,
            "published → sent": (self.sent_ns - self.published_ns) / MICROSECOND_NS,
            "published → taken": (self.taken_ns - self.published_ns) / MICROSECOND_NS,
        }


def pause(seconds: float) -> None:
    """Does nothing for so long."""
    select.select([], [], [], seconds)


def quiet_round(seconds: float) -> Round:
    """Nobody replays."""
    pause(SETTLE_S)
    begin_ns = time.time_ns()
    pause(seconds)
    return Round(begin_ns, time.time_ns())


def loaded_round(readers: Program, seconds: float) -> Round:
    """All replay."""
    readers.go()
    one = quiet_round(seconds)
    readers.say("stop")
    share = seconds / (seconds + SETTLE_S)
    return Round(one.begin_ns, one.end_ns, int(readers.answer()["bytes"] * share))


def fill(gateway: Daemon) -> None:
    """Makes a log that is worth replaying."""
    while gateway.stats()["head"] < LOGGED_TICKS:
        pause(0.05)
    gateway.call("SetPace", {"pace": f"{RATE}/s"})


def program(role: str, gateway: Daemon, *arguments: object) -> Program:
    """One of the programs beside this one."""
    path = Path(__file__).with_name(f"isolation_{role}.py")
    port = gateway.address[1]
    return Program([sys.executable, str(path), PASSWORD, *map(str, (port, *arguments))])


def favour(*pids: int) -> None:
    """Whoever else wants a processor has to wait for these. Needs root."""
    for pid in pids:
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))


def measure(
    arguments: argparse.Namespace, directory: Path
) -> tuple[Ticks, list[Round], list[Round]]:
    """All ticks, the rounds without and those with replays."""
    quiet, loaded = [], []
    sent_file = directory / "sent"
    os.environ["ISOLATION_FILE"] = str(sent_file)
    gateway = Daemon(directory)
    users = [users_line(user, PASSWORD, salt=new_salt()) for user in ("live", "replay")]
    (directory / "users").write_text("".join(users))
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
    """Joins what the live client and the gateway have written down.

    A send gives all that was published before it, so a tick went with the first after its stamp.
    """
    sends_ns = np.loadtxt(sent_file, dtype=np.int64)
    published_ns = np.array(taken["sent_ns"])
    sent_ns = sends_ns[np.searchsorted(sends_ns, published_ns)]
    return Ticks(published_ns, sent_ns, np.array(taken["taken_ns"]))


def show(ticks: Ticks, quiet: list[Round], loaded: list[Round]) -> None:
    """One row for each way of looking at it."""
    without = [ticks.during(one).travels_us() for one in quiet]
    among = [ticks.during(one).travels_us() for one in loaded]
    seconds = sum(one.end_ns - one.begin_ns for one in loaded) / 1e9
    rate = sum(one.replayed_bytes for one in loaded) / seconds / 1e6
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; replayed {rate:,.0f} MB/s")
    print(
        f"{'µs':20}{'samples':>9}{'p50':>8}{'p99':>8}   with replays{'p50':>8}{'p99':>8}  p99 ratio"
    )
    for name in without[0]:
        alone_us = np.concatenate([one[name] for one in without])
        among_us = np.concatenate([one[name] for one in among])
        alone, beside = (np.percentile(us, [50, 99]) for us in (alone_us, among_us))
        print(
            f"{name:20}{len(alone_us):>9,}{alone[0]:>8.0f}{alone[1]:>8.0f}   {len(among_us):>12,}"
            f"{beside[0]:>8.0f}{beside[1]:>8.0f}  {beside[1] / alone[1]:.2f}"
        )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="what replays cost a live client")
    parser.add_argument("--clients", type=int, default=32, help="that replay")
    parser.add_argument("--rounds", type=int, default=8, help="of each kind")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each round")
    parser.add_argument(
        "--realtime", action="store_true", help="keep the machine's other work from being measured"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tradestack-isolation-") as name:
        show(*measure(arguments, Path(name)))


if __name__ == "__main__":
    main()
