"""JetStream: ticks a second that go into a stream as slabs of 256 KiB, and that come out of it.

Measured: the exporter's writer, from a finished log to the server's last confirmation, and the
importer's reader, checksums included; and, live, a gateway at its full pace with an exporter, from
the first tick to the confirmation of the last, which is looked for every 0.1 s. One server with its
default, which answers before the disk has it, and three that write to the disk before they answer;
all of them share this machine. The notes have the processor time of the client for a slab.

Cheating would be: to count what was sent and not confirmed.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.faults import expect_count
from tests.bench.feeds import SLOW_PACE, Feed, now_ns
from tests.bench.pattern import BATCH_64_KIB, new_block, number
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.workshop import Workshop
from tests.kit.nats import NatsServers, Sync
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.wire.feed import TICK_PACKET_LENGTH
from tradestack.wire.feed_slab import SLAB_BYTES_MAX

NAME = "jetstream"
TICKS, TICKS_QUICK = 4_000_000, 100_000
PUBLISH, READ, LIVE = "exporter", "importer", "gateway and exporter"
SLAB_TICKS = SLAB_BYTES_MAX // TICK_PACKET_LENGTH
SERVERS = {
    "one server": (1, Sync.DEFAULT, 5e6),
    "three that sync always": (3, Sync.ALWAYS, 1e6),
}


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Publish into one server and into three, and read back."""
    for variant, (servers, sync, target) in SERVERS.items():
        with workshop.scratch() as directory, NatsServers(directory, servers, sync) as running:
            stage = _Stage(directory, running.ports, workshop.size(TICKS, TICKS_QUICK))
            figures = workshop.measure(
                [
                    Contestant(PUBLISH, Role.OURS, stage.publish),
                    Contestant(READ, Role.OURS, stage.read),
                ]
            )
        for name, targets in ((PUBLISH, [Target(Better.HIGHER, target)]), (READ, [])):
            yield Comparison(
                row=NAME,
                variant=f"{name}, {variant}",
                unit="ticks/s",
                batch="256 KiB",
                placement=Placement.FREE.value,
                ours=name,
                figures={name: figures[name]},
                targets=targets,
                notes=[f"{name}, {variant}: {stage.cpu_us(name):,.0f} us CPU for a slab"],
            )
        yield _live(workshop, variant, servers, sync)


def _live(workshop: Workshop, variant: str, servers: int, sync: Sync) -> Comparison:
    feed = Feed(workshop=workshop, subscribers=0, ticks=workshop.size(TICKS, TICKS_QUICK))
    measure = partial(_live_rate, feed, servers, sync)
    return Comparison(
        row=NAME,
        variant=f"{LIVE}, {variant}",
        unit="ticks/s",
        batch="256 KiB",
        placement=Placement.FREE.value,
        ours=LIVE,
        figures=workshop.measure([Contestant(LIVE, Role.OURS, measure)]),
    )


def _live_rate(feed: Feed, servers: int, sync: Sync) -> float:
    with ExitStack() as stack:
        directory = stack.enter_context(feed.workshop.scratch())
        running = stack.enter_context(NatsServers(directory, servers, sync))
        gateway = stack.enter_context(feed.gateway(directory, SLOW_PACE, "hold"))
        (directory / "password").write_text(PASSWORD)
        values = {
            "feed": f"127.0.0.1:{gateway.port}",
            "user": user_name(0),
            "password_file": str(directory / "password"),
            "nats": {"servers": list(running.urls)},
            "replicas": servers,
        }
        exporter = stack.enter_context(Daemon("exporter", directory, values))
        start_ns = now_ns()
        gateway.call("io.tradestack.Gateway.SetPace", pace="max")
        exporter.wait_for_at_least("head", feed.ticks)
        return feed.ticks * NANOSECONDS_PER_SECOND / (now_ns() - start_ns)


class _Stage:
    """A log, and the streams that are filled from it, one a round."""

    def __init__(self, directory: Path, ports: Sequence[int], ticks: int) -> None:
        self._log = directory / "log"
        self._ports = ports
        self._ticks = ticks
        self._numbers = count(1)
        self._stream = ""
        self._cpu_ns: dict[str, int] = {}
        with self._log.open("wb") as file:
            for first in range(1, ticks + 1, BATCH_64_KIB):
                records = new_block(min(BATCH_64_KIB, ticks - first + 1))
                number(records, first)
                file.write(records.tobytes())

    def publish(self) -> float:
        """Fill another stream."""
        self._stream = f"BENCH-{next(self._numbers)}"
        replicas = len(self._ports)
        program = partial(Program.of_module, "stream_feed", "publish", self._log, self._stream)
        return self._rate(PUBLISH, program(replicas, *self._ports))

    def read(self) -> float:
        """Read the stream that was filled last."""
        return self._rate(
            READ, Program.of_module("stream_feed", "read", self._ticks, self._stream, *self._ports)
        )

    def cpu_us(self, name: str) -> float:
        """Return the processor time of the client for a slab, in the last round."""
        return self._cpu_ns[name] / 1_000 / (self._ticks / SLAB_TICKS)

    def _rate(self, name: str, program: Program) -> float:
        with program:
            program.wait_ready()
            program.go()
            told = program.answer()
        expect_count("ticks", self._ticks, told["count"])
        self._cpu_ns[name] = told["cpu_ns"]
        seconds: float = (told["end_ns"] - told["start_ns"]) / NANOSECONDS_PER_SECOND
        return self._ticks / seconds
