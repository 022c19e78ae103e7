"""One publisher, many subscribers → ticks a second that all received and checked."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.brokers import nats_server
from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.faults import expect_count
from tests.bench.pattern import BATCH_64_KIB, SYMBOLS
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.workshop import Workshop, free_port
from tradestack.domain.clock import NANOSECONDS_PER_SECOND

SLOW_PACE = "1/s"  # until all subscribers are there; "max" is set by the control socket then


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The numbers of ticks and subscribers, the size of a batch, and the placement."""

    workshop: Workshop
    subscribers: int
    ticks: int
    batch: int = BATCH_64_KIB
    symbols: int = len(SYMBOLS)
    placement: Placement = Placement.FREE

    def tradestack(self) -> float:
        """Measure the gateway: log, books and sessions; its counts must be those of its clients."""
        with self.workshop.scratch() as directory, ExitStack() as stack:
            gateway = stack.enter_context(self.gateway(directory, SLOW_PACE))
            consumers = [
                stack.enter_context(self.consumer(gateway, number))
                for number in range(self.subscribers)
            ]
            start(consumers)
            start_ns = now_ns()
            gateway.call("io.tradestack.Gateway.SetPace", pace="max")
            rate = self.rate(start_ns, consumers)
            expect_count("gateway's own count", self.ticks, gateway.stats()["ticks_total"])
            gateway.stop()
            return rate

    def gateway(self, directory: Path, pace: str, at_end: str = "end-session") -> Daemon:
        """Run the real daemon, fed with blocks of this batch."""
        return Daemon(
            "gateway",
            directory,
            {"source": "random-walk", "pace": pace, "at_end": at_end, "clients_max": 1_000},
            module="tests.bench.peers.gateway_of_blocks",
            variables={
                "BENCH_TICKS": str(self.ticks),
                "BENCH_BLOCK": str(self.batch),
                "BENCH_SYMBOLS": str(self.symbols),
            },
            prefix=self.placement.server(),
        )

    def consumer(self, gateway: Daemon, number: int, how: str = "blocks", step: int = 1) -> Program:
        """Start a subscriber that uses FeedClient."""
        user = user_name(number)
        arguments = (gateway.port, user, PASSWORD, self.ticks, how, step)
        return Program.of_module("feed_consumer", *arguments, prefix=self.placement.client())

    def slabs(self) -> float:
        """Measure the limit: C without log, books and sessions."""
        path, port = self.workshop.limit("slabs"), str(free_port())
        ticks, batch = str(self.ticks), str(self.batch)
        server = [path, "serve", port, str(self.subscribers), ticks, batch]
        return self.publish(
            Program(server, self.placement.server()),
            lambda: Program([path, "take", port, ticks, batch, "1"], self.placement.client()),
        )

    def module(self, name: str, subscribe: str = "subscribe", port: int | None = None) -> float:
        """Measure a peer's program, perhaps with a server in between."""
        port = port or free_port()
        publisher = Program.of_module(
            name,
            *("publish", port, self.subscribers, self.ticks, self.batch),
            prefix=self.placement.server(),
        )
        return self.publish(
            publisher,
            lambda: Program.of_module(
                name, subscribe, port, self.ticks, prefix=self.placement.client()
            ),
        )

    def nats(self) -> float:
        """Measure a peer with a server in between."""
        with (
            self.workshop.scratch() as directory,
            nats_server(directory, self.placement.server()) as port,
        ):
            return self.module("nats_feed", port=port)

    def publish(self, publisher: Program, subscribe: Callable[[], Program]) -> float:
        """Start a publisher; it prints "ready" when it listens, and when all are connected."""
        with ExitStack() as stack:
            stack.enter_context(publisher)
            publisher.wait_ready()
            consumers = [stack.enter_context(subscribe()) for _ in range(self.subscribers)]
            publisher.wait_ready()  # all have come
            start(consumers)
            publisher.go()
            start_ns = publisher.answer()["start_ns"]
            return self.rate(start_ns, consumers)

    def rate(self, start_ns: int | None, consumers: Sequence[Program]) -> float:
        """Return ticks a second, from `start_ns` (None: the first start) to the last tick."""
        answers = [consumer.answer() for consumer in consumers]
        for answer in answers:
            expect_count("messages received", self.ticks, answer["count"])
        if start_ns is None:
            start_ns = min(answer["start_ns"] for answer in answers)
        end_ns = max(answer["end_ns"] for answer in answers)
        return float(self.ticks * NANOSECONDS_PER_SECOND / (end_ns - start_ns))


def start(consumers: Sequence[Program]) -> None:
    """Let all programs begin when every one of them is connected."""
    for consumer in consumers:
        consumer.wait_ready()
    for consumer in consumers:
        consumer.go()


def now_ns() -> int:
    """Return the time of the clock that all programs of this machine share."""
    return time.monotonic_ns()
