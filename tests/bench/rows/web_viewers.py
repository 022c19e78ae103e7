"""What 50 viewers of the page cost: the gateway for each tick, and the web server itself.

Measured: the processor time of the gateway (schedstat) ÷ the ticks that it has published to one
subscriber at 10,000 ticks a second, while 50 pages are shown live and while none is; the same of
the web server in % of a processor. The gateway and its subscriber are on one processor, the web
server and the viewers on the other. Rounds with and without viewers alternate. The notes have what
the gateway uses while it publishes nothing: how many ticks it handles in one pass, and so what each
costs, depends on what else the machine does; what viewers add does not.

Cheating would be viewers who are sent nothing (each has to get prices four times a second), a
subscriber that is behind, or a web server that was asked nothing because it had left.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.faults import CountWrong
from tests.bench.placement import Placement
from tests.bench.process_tree import busy_percent, cpu_ns
from tests.bench.program import Program
from tests.bench.workshop import Workshop
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND

NAME = "web-viewers"
VIEWERS = 50
RATE = 10_000
TICKS, TICKS_QUICK = 100_000, 20_000
SECONDS, SECONDS_QUICK = 5, 1  # while it is paused
LOOKS_MIN = 1  # of a viewer in a second; there are four if nothing else needs the processor
RATIO_MAX = 1.05
PERCENT_MAX = 50.0
WITH, WITHOUT = f"{VIEWERS} viewers", "no viewer"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare the gateway with and without viewers, then tell of the server."""
    with workshop.scratch() as directory:
        gateway_keys = {
            "source": "random-walk",
            "pace": f"{RATE}/s",
            "state_directory": str(directory / "state/gateway"),
        }
        prefix = Placement.TWO_CPUS.server()
        with (
            Daemon("gateway", directory, gateway_keys, prefix=prefix) as gateway,
            Daemon("order-manager", directory, {}, prefix=prefix),
            Daemon(
                "web", directory, _web_keys(directory), prefix=Placement.TWO_CPUS.client()
            ) as web,
        ):
            yield from Measurement(workshop, gateway, web).comparisons()


@dataclass(slots=True)
class Measurement:
    """The daemons, and what was observed beside the figures."""

    workshop: Workshop
    gateway: Daemon
    web: Daemon
    percents: list[float] = field(default_factory=list)
    latencies_us: dict[str, list[float]] = field(default_factory=dict)
    paused_percents: dict[str, list[float]] = field(default_factory=dict)

    def comparisons(self) -> Iterator[Comparison]:
        """Measure both; the first round of a daemon is slower, and counts for nothing."""
        self.per_tick_us(WITHOUT)
        self.latencies_us.clear()
        self.paused_percents.clear()
        figures = self.workshop.measure(
            [
                Contestant(WITH, Role.OURS, self.with_viewers),
                Contestant(WITHOUT, Role.PEER, lambda: self.per_tick_us(WITHOUT)),
            ]
        )
        percentiles = "; ".join(
            "{}: p50 {:.0f}, p99 {:.0f}, p99.9 {:.0f} µs".format(
                name, *np.percentile(samples, [50, 99, 99.9])
            )
            for name, samples in self.latencies_us.items()
        )
        paused = "; ".join(
            f"{name}: {np.median(percents):.2f} % of a CPU"
            for name, percents in self.paused_percents.items()
        )
        yield Comparison(
            row=NAME,
            variant="gateway, each tick",
            unit="µs of a CPU",
            batch=f"{RATE:,} ticks/s",
            placement=Placement.TWO_CPUS.value,
            ours=WITH,
            figures=figures,
            targets=[Target(Better.LOWER, RATIO_MAX, WITHOUT)],
            notes=[f"subscriber, {percentiles}", f"gateway, paused, {paused}"],
        )
        yield Comparison(
            row=NAME,
            variant=f"web server, {WITH}",
            unit="% of a CPU",
            batch=f"{RATE:,} ticks/s",
            placement=Placement.TWO_CPUS.value,
            ours=WITH,
            figures={WITH: self.percents},
            targets=[Target(Better.LOWER, PERCENT_MAX)],
        )

    def with_viewers(self) -> float:
        """Return the gateway's time for a tick while pages are shown. Raises CountWrong."""
        viewers = Program.of_module(
            "web_viewers", self.web.port, VIEWERS, prefix=Placement.TWO_CPUS.client()
        )
        with viewers:
            viewers.wait_ready()
            before_ns, began_ns = cpu_ns([self.web.pid]), time.monotonic_ns()
            figure = self.per_tick_us(WITH)
            passed_ns = time.monotonic_ns() - began_ns
            self.percents.append(100 * (cpu_ns([self.web.pid]) - before_ns) / passed_ns)
            seconds = passed_ns / NANOSECONDS_PER_SECOND
            viewers.go()
            shown = viewers.answer()
        if min(shown["events"]) < LOOKS_MIN * seconds:
            raise CountWrong(f"a viewer got prices {min(shown['events'])} times in {seconds:.1f} s")
        return figure

    def per_tick_us(self, name: str) -> float:
        """Return the gateway's processor time for a tick, while a subscriber takes them."""
        size = self.workshop.size(TICKS, TICKS_QUICK)
        arguments = (self.gateway.port, user_name(0), PASSWORD, size)
        prefix = Placement.TWO_CPUS.server()
        with Program.of_module("feed_latency", *arguments, prefix=prefix) as taker:
            taker.wait_ready()
            head, before_ns = self.gateway.stats()["head"], cpu_ns([self.gateway.pid])
            taker.go()
            answer = taker.answer()
            used_ns = cpu_ns([self.gateway.pid]) - before_ns
            published = self.gateway.stats()["head"] - head
        self.gateway.call("io.tradestack.Gateway.Pause")
        percent = busy_percent([self.gateway.pid], self.workshop.size(SECONDS, SECONDS_QUICK))
        self.paused_percents.setdefault(name, []).append(percent)
        self.gateway.call("io.tradestack.Gateway.Resume")
        times_us = np.subtract(answer["taken_ns"], answer["sent_ns"]) / NANOSECONDS_PER_MICROSECOND
        self.latencies_us.setdefault(name, []).extend(times_us.tolist())
        return float(used_ns / published / NANOSECONDS_PER_MICROSECOND)


def _web_keys(directory: Path) -> dict[str, object]:
    return {
        "page_socket": str(directory / "page.sock"),
        "runtime_directory": str(directory),
        "stack_directory": str(directory / "state"),
        "idle_exit": "0",
    }
