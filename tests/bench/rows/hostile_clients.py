"""The latency that a quiet client sees beside each hostile one, p99, ÷ alone in the same run.

Quiet clients: a subscriber at 1,000 ticks a second (publish time to arrival), and one that enters
an order at a time (send to report). Beside them a process does one hostile thing as fast as the
server lets it (peers/hostile.py): before a login, after it, at the control socket. Rounds alone and
beside it alternate against the same daemon, whose memory is noted before and after.

The hostile process has the lowest priority, since it stands for other hosts; on two processors it
still takes some of what the quiet client and the daemon need. Cheating would be a hostile client
that holds back, or a percentile of what the server did before it began.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import numpy as np

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.placement import Placement
from tests.bench.process_tree import pss_bytes
from tests.bench.program import Program
from tests.bench.workshop import Workshop
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND

NAME = "hostile-clients"
SAMPLES, SAMPLES_QUICK = 3_000, 200
ALONE = "alone"
RATIO_MAX = 3.0
SETTLE_S = 0.5  # in which the hostile client begins
BYTES_PER_MB = 1_000_000
AT_PORT = ("garbage", "guesses", "idle", "logins", "heartbeats", "messages")
AT_FEED = (*AT_PORT, "stats", "ticks-read")
AT_ORDERS = (*AT_PORT, "orders", "stats", "orders-listed")
AT_CONTROL = ("stats", "ticks-read", "orders-listed")


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare beside each hostile client of each port."""
    feed = {"source": "random-walk", "pace": "1000/s"}
    with workshop.scratch() as directory, Daemon("gateway", directory, feed) as gateway:
        quiet = Quiet(workshop, gateway, ticks)
        yield from (_compare(quiet, "feed", kind) for kind in AT_FEED)
    orders = {"orders_per_session_max": 100_000_000}
    with workshop.scratch() as directory, Daemon("order-manager", directory, orders) as manager:
        quiet = Quiet(workshop, manager, round_trips)
        yield from (_compare(quiet, "orders", kind) for kind in AT_ORDERS)


@dataclass(slots=True)
class Quiet:
    """A client that does nothing unusual, and what it measures at one daemon."""

    workshop: Workshop
    daemon: Daemon
    samples_ns: Callable[[Daemon, int], list[int]]
    all_us: dict[str, list[float]] = field(default_factory=dict)

    def p99_us(self, name: str) -> float:
        """Return the percentile of one round, µs."""
        size = self.workshop.size(SAMPLES, SAMPLES_QUICK)
        samples_us = np.array(self.samples_ns(self.daemon, size)) / NANOSECONDS_PER_MICROSECOND
        self.all_us.setdefault(name, []).extend(samples_us.tolist())
        return float(np.percentile(samples_us, 99))

    def p99_beside_us(self, kind: str) -> float:
        """Return the percentile of one round beside a hostile client, µs."""
        target = str(self.daemon.socket) if kind in AT_CONTROL else self.daemon.port
        with Program.of_module("hostile", kind, target) as hostile:
            hostile.wait_ready()
            hostile.go()
            hostile.is_silent(SETTLE_S)
            return self.p99_us(kind)


def _compare(quiet: Quiet, port: str, kind: str) -> Comparison:
    before = pss_bytes([quiet.daemon.pid])
    quiet.all_us.clear()
    figures = quiet.workshop.measure(
        [
            Contestant(kind, Role.OURS, partial(quiet.p99_beside_us, kind)),
            Contestant(ALONE, Role.PEER, partial(quiet.p99_us, ALONE)),
        ]
    )
    after = pss_bytes([quiet.daemon.pid])
    percentiles = "; ".join(
        "{}: p50 {:.0f}, p99 {:.0f}, p99.9 {:.0f} µs".format(
            name, *np.percentile(samples, [50, 99, 99.9])
        )
        for name, samples in quiet.all_us.items()
    )
    memory = f"memory {before / BYTES_PER_MB:.1f} → {after / BYTES_PER_MB:.1f} MB"
    return Comparison(
        row=NAME,
        variant=f"{port}: {kind}, p99",
        unit="µs",
        batch="1 message",
        placement=Placement.FREE.value,
        ours=kind,
        figures=figures,
        targets=[Target(Better.LOWER, RATIO_MAX, ALONE)],
        notes=[f"{port}, {kind}: {percentiles}; {memory}"],
    )


def ticks(gateway: Daemon, size: int) -> list[int]:
    """Return the times from publication to arrival."""
    arguments = (gateway.port, user_name(0), PASSWORD, size)
    with Program.of_module("feed_latency", *arguments) as taker:
        taker.wait_ready()
        taker.go()
        answer = taker.answer()
    pairs = zip(answer["sent_ns"], answer["taken_ns"], strict=True)
    return [taken_ns - sent_ns for sent_ns, taken_ns in pairs]


_prefixes = map("q{}".format, count())


def round_trips(manager: Daemon, size: int) -> list[int]:
    """Return the times from order to report."""
    arguments = ("soup", manager.port, next(_prefixes), size, 1)
    with Program.of_module("order_entry", *arguments) as client:
        client.wait_ready()
        client.go()
        times_ns: list[int] = client.answer()["times_ns"]
    return times_ns
