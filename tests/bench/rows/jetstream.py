"""JetStream: ticks a second that go into a stream as slabs of 256 KiB, and that come out of it.

Measured: the exporter's writer, from a finished log to the server's last confirmation, and the
importer's reader, checksums included. One server with its default, which answers before the disk
has it, and three that write to the disk before they answer; all of them share this machine. The
notes have the processor time of the client for a million ticks.

Cheating would be: to count what was sent and not confirmed.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.faults import expect_count
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
PUBLISH, READ = "exporter", "importer"
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
