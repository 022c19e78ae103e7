"""CSV replay at full pace, end to end: rows a second, and what the gateway's memory does meanwhile.

Measured: from `pace max` to one subscriber's last tick (every one checked): the file is parsed,
checked and merged, each row becomes a packet in the feed log, in the book, and at the subscriber.
The file is in the page cache; 64 MiB of it are checked before, as the shipped config has it, and
are not part of the time. The limit is one form of row parsed in C, without any check; the peer is
a script of the csv module, datetime and decimal. Both write to the same subscriber.

Memory is the gateway's proportional set size, looked at four times a second while it plays.

Cheating would be: a file in a form that a parser was made for (this is the form of data/), rows
that repeat so that caches of parsed text hold them all.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import Daemon
from tests.bench.faults import expect_count
from tests.bench.feeds import SLOW_PACE, Feed, now_ns, start
from tests.bench.placement import Placement
from tests.bench.price_file import price_file
from tests.bench.process_tree import pss_bytes
from tests.bench.program import Program
from tests.bench.workshop import Workshop, free_port
from tradestack.domain.fixed_point import SCALE

NAME = "csv-replay"
ROWS, ROWS_QUICK = 10_000_000, 200_000
ROWS_OF_PEER, ROWS_OF_PEER_QUICK = 1_000_000, 50_000
LOOK_S = 0.25
BYTES_PER_MB = 1_000_000
GROWTH_MAX_MB = 10.0
OURS, PEER, C = "tradestack", "csv module", "C"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare the rate, then the memory."""
    feed = Feed(workshop=workshop, subscribers=1, ticks=workshop.size(ROWS, ROWS_QUICK))
    replay = Replay(feed)
    slow = Replay(replace(feed, ticks=workshop.size(ROWS_OF_PEER, ROWS_OF_PEER_QUICK)))
    figures = workshop.measure(
        [
            Contestant(OURS, Role.OURS, replay.tradestack),
            Contestant(PEER, Role.PEER, slow.script),
            Contestant(C, Role.LIMIT, replay.in_c),
        ]
    )
    yield Comparison(
        row=NAME,
        variant=f"{feed.ticks:,} rows",
        unit="rows/s",
        batch="as they come, ≤ 8,192",
        placement=Placement.FREE.value,
        ours=OURS,
        limit=C,
        figures=figures,
        targets=[Target(Better.HIGHER, 500_000), Target(Better.HIGHER, 1_000_000)],
    )
    yield Comparison(
        row=NAME,
        variant="growth of the gateway's memory",
        unit="MB",
        batch="",
        placement=Placement.FREE.value,
        ours=OURS,
        figures={OURS: replay.growths_mb},
        targets=[Target(Better.LOWER, GROWTH_MAX_MB)],
    )


@dataclass(slots=True)
class Replay:
    """Measurements of one file.

    growths_mb: of each round, the highest set size less that of the first quarter second.
    """

    feed: Feed
    growths_mb: list[float] = field(default_factory=list)

    def tradestack(self) -> float:
        """Measure the gateway; its counts must be those of the subscriber."""
        feed = self.feed
        path = price_file(feed.ticks)
        values = {"prices": str(path), "pace": SLOW_PACE, "at_end": "end-session"}
        with feed.workshop.scratch() as directory, ExitStack() as stack:
            gateway = stack.enter_context(Daemon("gateway", directory, values))
            consumer = stack.enter_context(feed.consumer(gateway, 0, step=SCALE))
            start([consumer])
            start_ns = now_ns()
            gateway.call("io.tradestack.Gateway.SetPace", pace="max")
            sizes = [pss_bytes([gateway.pid])]
            while consumer.is_silent(LOOK_S):
                sizes.append(pss_bytes([gateway.pid]))
            self.growths_mb.append((max(sizes) - sizes[min(1, len(sizes) - 1)]) / BYTES_PER_MB)
            rate = feed.rate(start_ns, [consumer])
            stats = gateway.stats()
            expect_count("gateway's own count", feed.ticks, stats["ticks_total"])
            expect_count("rows refused", 0, stats["rows_rejected"])
            gateway.stop()
            return rate

    def in_c(self) -> float:
        """Measure the limit."""
        path, port = price_file(self.feed.ticks), str(free_port())
        with self.feed.workshop.scratch() as directory:
            program = [self.feed.workshop.limit("replay"), str(path), str(directory / "log"), port]
            return self._to_c_subscriber(Program([*program, str(self.feed.batch)]), port)

    def script(self) -> float:
        """Measure the peer."""
        path, port = price_file(self.feed.ticks), str(free_port())
        return self._to_c_subscriber(Program.of_module("csv_feed", path, port), port)

    def _to_c_subscriber(self, publisher: Program, port: str) -> float:
        feed = self.feed
        slabs = feed.workshop.limit("slabs")
        take = [slabs, "take", port, str(feed.ticks), str(feed.batch), str(SCALE)]
        return feed.publish(publisher, lambda: Program(take))
