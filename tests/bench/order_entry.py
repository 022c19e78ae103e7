"""Servers that answer orders, measured by one client: round trips, or orders a second."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from tests.bench.brokers import nats_server, redis_server
from tests.bench.comparison import Samples
from tests.bench.daemon import Daemon
from tests.bench.faults import expect_count
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.workshop import Workshop, free_port
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND

Answer = Mapping[str, Any]


@dataclass(slots=True)
class OrderFactory:
    """Enters `orders` orders, `depth` of them in flight at any time; keeps every round trip."""

    workshop: Workshop
    placement: Placement
    orders: int
    depth: int
    round_trips_us: dict[str, list[Samples]] = field(default_factory=dict)
    order_port: int = 0  # of the order manager that runs
    _prefixes: Iterator[str] = field(default_factory=lambda: map("r{}".format, itertools.count()))

    def p50_us(self, name: str, run: Callable[[], Answer]) -> float:
        """Return the median round trip of one round, µs."""
        trips_us = np.array(self._counted(name, run)["times_ns"]) / NANOSECONDS_PER_MICROSECOND
        self.round_trips_us.setdefault(name, []).append(trips_us)
        return float(np.median(trips_us))

    def rate(self, name: str, run: Callable[[], Answer]) -> float:
        """Return orders a second."""
        duration_ns = self._counted(name, run)["duration_ns"]
        return float(self.orders * NANOSECONDS_PER_SECOND / duration_ns)

    def all_us(self) -> dict[str, Samples]:
        """Return every round trip of every contestant, µs."""
        return {name: np.concatenate(rounds) for name, rounds in self.round_trips_us.items()}

    def notes(self) -> list[str]:
        """Return percentiles of all rounds together."""
        return [
            "{}: p50 {:.1f}, p99 {:.1f}, p99.9 {:.1f} µs of {:,}".format(
                name, *np.percentile(trips_us, [50, 99, 99.9]), len(trips_us)
            )
            for name, trips_us in self.all_us().items()
        ]

    @contextmanager
    def order_manager(
        self, durability: str, values: Mapping[str, object] | None = None, kind: str = "soup"
    ) -> Iterator[Callable[[], Answer]]:
        """Run the daemon for all rounds; its count must be that of the answers.

        values: more keys of its config. kind: what the client enters, see peers/order_entry.py.
        """
        values = {**self._values(durability), **(values or {})}
        with self.workshop.scratch() as directory, ExitStack() as stack:
            prefix = self.placement.server()
            daemon = stack.enter_context(Daemon("order-manager", directory, values, prefix=prefix))
            self.order_port = daemon.port
            yield partial(self._enter_orders, daemon, kind)
            daemon.stop()

    def _values(self, durability: str) -> Mapping[str, object]:
        return {
            "durability": durability,
            "orders_per_session_max": 100_000_000,
            # Measured is what the server can do, and not what it lets a client do beside others.
            "messages_per_second_max": 1_000_000,
            "orders_in_flight_max": 512,
        }

    def _enter_orders(self, daemon: Daemon, kind: str) -> Answer:
        before = daemon.stats()["orders_accepted"]
        said = self._client("order_entry", kind, daemon.port)
        accepted = daemon.stats()["orders_accepted"] - before
        expect_count("order manager's own count of accepted orders", self.orders, accepted)
        return said

    @contextmanager
    def order_manager_by_grpc(self, durability: str) -> Iterator[Callable[[], Answer]]:
        """Run the daemon, and the gRPC edge in front of it, for all rounds."""
        with self.workshop.scratch() as directory, ExitStack() as stack:
            prefix, values = self.placement.server(), self._values(durability)
            daemon = stack.enter_context(Daemon("order-manager", directory, values, prefix=prefix))
            asked = {"orders": f"127.0.0.1:{daemon.port}"}
            edge = stack.enter_context(Daemon("grpc", directory, asked, prefix=prefix))
            yield partial(self._enter_by_grpc, edge)

    def _enter_by_grpc(self, edge: Daemon) -> Answer:
        arguments = ("orders", edge.port, next(self._prefixes), self.orders)
        prefix = self.placement.client()
        with Program.of_module("grpc_edge", *arguments, prefix=prefix) as client:
            client.wait_ready()
            client.go()
            return client.answer()

    def in_c(self, *, journalled: bool) -> Answer:
        """Measure the limit."""
        port = free_port()
        with self.workshop.scratch() as directory:
            journal = [str(directory / "journal")] if journalled else []
            return self._echo(
                Program([self.workshop.limit("echo"), str(port), *journal], self._server()), port
            )

    def echo(self, kind: str) -> Answer:
        """Measure a bare server in Python."""
        port = free_port()
        return self._echo(Program.of_module("echo", kind, port, prefix=self._server()), port)

    def by_redis(self, fsync: str) -> Answer:
        """Measure XADD to a stream."""
        with (
            self.workshop.scratch() as directory,
            redis_server(directory, fsync, self._server()) as port,
        ):
            return self._client("broker_orders", "redis", port)

    def by_nats(self) -> Answer:
        """Measure request and reply."""
        with (
            self.workshop.scratch() as directory,
            nats_server(directory, self._server()) as port,
            Program.of_module("broker_orders", "nats-reply", port, prefix=self._server()) as reply,
        ):
            reply.wait_ready()
            return self._client("broker_orders", "nats", port)

    def by_streams(self, ports: Sequence[int]) -> Answer:
        """Measure messages into a stream, of all these servers."""
        arguments = (next(self._prefixes), self.orders, self.depth, *ports)
        with Program.of_module("stream_orders", *arguments, prefix=self.placement.client()) as each:
            each.wait_ready()
            each.go()
            return each.answer()

    def by_grpc(self) -> Answer:
        """Measure unary calls."""
        port = free_port()
        with Program.of_module("grpc_orders", "serve", port, prefix=self._server()) as server:
            server.wait_ready()
            return self._client("grpc_orders", "enter", port)

    def by_fix(self, port: int) -> Answer:
        """Measure orders by FIX, at the port of a daemon in front of the order manager."""
        return self._client("fix_orders", "enter", port)

    def _echo(self, server: Program, port: int) -> Answer:
        with server:
            server.wait_ready()
            return self._client("order_entry", "echo", port)

    def _client(self, module: str, kind: str, port: int) -> Answer:
        arguments = (kind, port, next(self._prefixes), self.orders, self.depth)
        prefix = self.placement.client()
        with Program.of_module(module, *arguments, prefix=prefix) as client:
            client.wait_ready()
            client.go()
            return client.answer()

    def _counted(self, name: str, run: Callable[[], Answer]) -> Answer:
        said = run()
        expect_count(f"{name}: answers", self.orders, said["count"])
        return said

    def _server(self) -> Sequence[str]:
        return self.placement.server()
