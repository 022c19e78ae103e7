"""One-way latency of a tick at 1,000 a second, p50.

Measured: from the stamp just before a tick is appended to the feed log (put into the books, sent)
to the subscriber's look at the clock when it is handed the decoded tick: publish time to arrival,
wall clock on one machine. Peers stamp just before they send, and write no log and no books. One
tick goes at a time: at this rate there is nothing to batch.

No coordinated omission: the schedule goes on while a sender is held up, and how late ticks were
sent is told apart (uvloop's timers have steps of a millisecond, ours as the bare stream's).

Cheating would be: a stamp taken after the append; a subscriber that spins; samples left out. The
percentiles are of all rounds' samples together, the p50 that is compared is the median of rounds.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from tests.bench.brokers import nats_server, redis_server
from tests.bench.comparison import Better, Comparison, Contestant, Role, Samples, Target
from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.faults import expect_count
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.schedule import INTERVAL_NS, RATE, WARM_UP, lateness_ns
from tests.bench.workshop import Workshop, free_port
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND

NAME = "latency"
TICKS, TICKS_QUICK = 2_000, 200
OURS, UVLOOP, ZMQ, BLOCKING, C = (
    *("tradestack", "uvloop stream", "pyzmq", "blocking Python", "C"),
)
NATS, REDIS = "NATS", "Redis"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare on one processor, then without pinning."""
    yield _compare(workshop, Placement.ONE_CPU)
    yield _compare(workshop, Placement.FREE)


def _compare(workshop: Workshop, placement: Placement) -> Comparison:
    travels = Travels(workshop, placement, workshop.size(TICKS, TICKS_QUICK))
    contestants = [
        Contestant(OURS, Role.OURS, partial(travels.measure, OURS, travels.tradestack)),
        Contestant(UVLOOP, Role.PEER, partial(travels.measure, UVLOOP, travels.of("uvloop"))),
        Contestant(ZMQ, Role.PEER, partial(travels.measure, ZMQ, travels.of("zmq"))),
        Contestant(BLOCKING, Role.PEER, partial(travels.measure, BLOCKING, travels.of("blocking"))),
        Contestant(C, Role.LIMIT, partial(travels.measure, C, travels.in_c)),
    ]
    targets = [Target(Better.LOWER, 0.7, ZMQ), Target(Better.LOWER, 1.5, UVLOOP)]
    if placement is Placement.FREE:
        targets = []
        contestants[-1:-1] = [
            Contestant(NATS, Role.PEER, partial(travels.measure, NATS, travels.by_nats)),
            Contestant(REDIS, Role.PEER, partial(travels.measure, REDIS, travels.by_redis)),
        ]
    comparison = Comparison(
        row=NAME,
        variant=f"one way at {RATE:,}/s, p50",
        unit="µs",
        batch="1 tick",
        placement=placement.value,
        ours=OURS,
        limit=C,
        figures=workshop.measure(contestants),
        targets=targets,
        distributions=travels.all_us(),
    )
    comparison.notes += travels.notes()
    return comparison


@dataclass(slots=True)
class Travels:
    """Measures the latency of contestants and keeps every sample."""

    workshop: Workshop
    placement: Placement
    ticks: int
    travels_us: dict[str, list[Samples]] = field(default_factory=dict)
    lateness_us: dict[str, list[Samples]] = field(default_factory=dict)

    def measure(self, name: str, run: Callable[[], Mapping[str, list[int]]]) -> float:
        """Return one round's p50, µs."""
        said = run()
        sent, taken = np.array(said["sent_ns"][: self.ticks]), np.array(said["taken_ns"])
        expect_count(f"{name}: ticks received", self.ticks, len(sent))
        travel_us = (taken[: self.ticks] - sent) / NANOSECONDS_PER_MICROSECOND
        late_us = lateness_ns(said["sent_ns"][: self.ticks]) / NANOSECONDS_PER_MICROSECOND
        self.travels_us.setdefault(name, []).append(travel_us)
        self.lateness_us.setdefault(name, []).append(late_us)
        return float(np.median(travel_us))

    def tradestack(self) -> Mapping[str, list[int]]:
        """Measure the gateway's random walk."""
        values = {"source": "random-walk", "pace": f"{RATE}/s"}
        with self.workshop.scratch() as directory, ExitStack() as stack:
            prefix = self.placement.server()
            gateway = stack.enter_context(Daemon("gateway", directory, values, prefix=prefix))
            taker = stack.enter_context(
                Program.of_module(
                    "feed_latency",
                    *(gateway.port, user_name(0), PASSWORD, self.ticks),
                    prefix=self.placement.client(),
                )
            )
            taker.wait_ready()
            taker.go()
            return taker.answer()

    def of(self, library: str, port: int | None = None) -> Callable[[], Mapping[str, list[int]]]:
        """Measure a peer: the sender listens, unless there is a server at the port."""
        return partial(self._of, library, port)

    def _of(self, library: str, port: int | None) -> Mapping[str, list[int]]:
        arguments = (library, port or free_port(), self.ticks)
        sender = Program.of_module("latency", "send", *arguments, prefix=self.placement.server())
        return self._through(
            sender,
            lambda: Program.of_module(
                "latency", "take", *arguments, prefix=self.placement.client()
            ),
        )

    def by_nats(self) -> Mapping[str, list[int]]:
        """Measure NATS, with its server in between."""
        with (
            self.workshop.scratch() as directory,
            nats_server(directory, self.placement.server()) as port,
        ):
            return self._of("nats", port)

    def by_redis(self) -> Mapping[str, list[int]]:
        """Measure Redis, with its server in between."""
        with (
            self.workshop.scratch() as directory,
            redis_server(directory, "no", self.placement.server()) as port,
        ):
            return self._of("redis", port)

    def in_c(self) -> Mapping[str, list[int]]:
        """Measure the limit."""
        path, port, count = self.workshop.limit("latency"), str(free_port()), self.ticks + WARM_UP
        send = [path, "send", port, str(count), str(INTERVAL_NS)]
        take = [path, "take", port, str(count), str(WARM_UP)]
        return self._through(
            Program(send, self.placement.server()), lambda: Program(take, self.placement.client())
        )

    def _through(self, sender: Program, take: Callable[[], Program]) -> Mapping[str, list[int]]:
        with sender:
            sender.wait_ready()
            with take() as taker:
                taker.wait_ready()
                taker.go()
                sender.wait_ready()  # the taker has come
                sender.go()
                return taker.answer()

    def all_us(self) -> dict[str, Samples]:
        """Return every sample of every contestant, µs."""
        return {name: np.concatenate(rounds) for name, rounds in self.travels_us.items()}

    def notes(self) -> list[str]:
        """Return percentiles of all rounds together."""
        lines = []
        for name, travel_us in self.all_us().items():
            late_us = np.concatenate(self.lateness_us[name])
            p50, p99, p999 = np.percentile(travel_us, [50, 99, 99.9])
            late_p50, late_p99 = np.percentile(late_us, [50, 99])
            lines.append(
                f"{name}: p50 {p50:.0f}, p99 {p99:.0f}, p99.9 {p999:.0f} µs of {len(travel_us):,}; "
                f"sent late by p50 {late_p50:.0f}, p99 {late_p99:.0f} µs"
            )
        return lines
