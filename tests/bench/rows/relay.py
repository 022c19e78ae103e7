"""A relay gateway: the latency that it adds, and how fast it takes a feed that is there already.

Measured, latency: a tick at 1,000 a second to a subscriber of the first gateway and to one of the
relay, at the same time; what the relay adds is the difference of the medians. The reference is one
hop of a plain stream, as in the row `latency`.

Measured, catch-up: a relay with an empty directory, from a tenth of the feed log to the whole, by
the size of its file; that is log and books written, too. The reference is a subscriber that only
counts. A relay writes what it reads, so both of a relay's disks work, if they are two.

Cheating would be: a stamp of the relay's own (the publish time is the first gateway's), or a file
that grows before it is written.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.faults import NotMeasured, expect_count
from tests.bench.feeds import Feed, now_ns
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.rows.catch_up import catch_up
from tests.bench.rows.latency import Travels
from tests.bench.schedule import RATE
from tests.bench.workshop import Workshop
from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND, NANOSECONDS_PER_SECOND
from tradestack.wire.feed import TICK_PACKET_LENGTH

NAME = "relay"
LATENCY_TICKS = (2_000, 200)
CATCH_UP_TICKS = (8_000_000, 400_000)
DEADLINE_NS = 120 * NANOSECONDS_PER_SECOND
ADDED, UVLOOP = "relay", "uvloop stream"
SUBSCRIBER = "subscriber"


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare latency, then catch-up."""
    yield _latency(workshop, Placement.ONE_CPU)
    yield _latency(workshop, Placement.FREE)
    yield _catch_up(workshop)


def _latency(workshop: Workshop, placement: Placement) -> Comparison:
    travels = Travels(workshop, placement, workshop.size(*LATENCY_TICKS))
    contestants = [
        Contestant(ADDED, Role.OURS, partial(_added_us, travels)),
        Contestant(UVLOOP, Role.PEER, partial(travels.measure, UVLOOP, travels.of("uvloop"))),
    ]
    return Comparison(
        row=NAME,
        variant=f"added to one way at {RATE:,}/s, p50",
        unit="µs",
        batch="1 tick",
        placement=placement.value,
        ours=ADDED,
        limit=UVLOOP,
        figures=workshop.measure(contestants),
        targets=[Target(Better.LOWER, 1.5, UVLOOP)],
    )


def _added_us(travels: Travels) -> float:
    """Return the difference of the medians at relay and gateway, µs."""
    placement = travels.placement
    values = {"source": "random-walk", "pace": f"{RATE}/s"}
    with travels.workshop.scratch() as directory, ExitStack() as stack:
        prefix = placement.server()
        gateway = stack.enter_context(Daemon("gateway", directory, values, prefix=prefix))
        relay = stack.enter_context(relay_of(gateway, directory, placement))
        takers = [
            stack.enter_context(
                Program.of_module(
                    "feed_latency",
                    *(each.port, user_name(number), PASSWORD, travels.ticks),
                    prefix=placement.client(),
                )
            )
            for number, each in enumerate((gateway, relay), 1)
        ]
        for taker in takers:
            taker.wait_ready()
        for taker in takers:
            taker.go()
        direct_us, relayed_us = (_median_us(taker, travels.ticks) for taker in takers)
        return relayed_us - direct_us


def _median_us(taker: Program, ticks: int) -> float:
    said = taker.answer()
    sent, taken = (np.array(said[name][:ticks]) for name in ("sent_ns", "taken_ns"))
    expect_count("ticks received", ticks, len(sent))
    return float(np.median((taken - sent) / NANOSECONDS_PER_MICROSECOND))


def relay_of(gateway: Daemon, directory: Path, placement: Placement) -> Daemon:
    """Start a relay of the gateway, in a directory of its own."""
    password = directory / "password"
    password.write_text(PASSWORD)
    values = {
        "source": "relay",
        "upstream": f"127.0.0.1:{gateway.port}",
        "upstream_user": user_name(0),
        "password_file": str(password),
    }
    return Daemon("gateway", directory / "relay", values, prefix=placement.server())


def _catch_up(workshop: Workshop) -> Comparison:
    feed = Feed(workshop=workshop, subscribers=1, ticks=workshop.size(*CATCH_UP_TICKS))
    with workshop.scratch() as directory, feed.gateway(directory, "max") as gateway:
        gateway.wait_for("source_state", "ended")
        figures = workshop.measure(
            [
                Contestant(ADDED, Role.OURS, partial(_relayed_rate, gateway, feed)),
                Contestant(SUBSCRIBER, Role.PEER, partial(catch_up, gateway, feed)),
            ]
        )
    return Comparison(
        row=NAME,
        variant="catch-up",
        unit="ticks/s",
        batch="64 KiB to 256 KiB",
        placement=Placement.FREE.value,
        ours=ADDED,
        limit=SUBSCRIBER,
        figures=figures,
        targets=[Target(Better.HIGHER, 0.8, SUBSCRIBER)],
    )


def _relayed_rate(gateway: Daemon, feed: Feed) -> float:
    session = gateway.stats()["session"]
    size = feed.ticks * TICK_PACKET_LENGTH
    with feed.workshop.scratch() as directory, ThreadPoolExecutor(1) as watcher:
        log = directory / "relay/gateway-state" / f"{session}.feed"
        watch = watcher.submit(lambda: (_growth(log, size // 10), _growth(log, size)))
        with relay_of(gateway, directory, feed.placement):
            (began_bytes, began_ns), (ended_bytes, ended_ns) = watch.result()
    expect_count("bytes relayed", size, ended_bytes)
    ticks = (ended_bytes - began_bytes) / TICK_PACKET_LENGTH
    return ticks * NANOSECONDS_PER_SECOND / (ended_ns - began_ns)


def _growth(path: Path, size: int) -> tuple[int, int]:
    """Wait until the file is that long, looking all the time; return its size and the time."""
    deadline_ns = now_ns() + DEADLINE_NS
    while now_ns() < deadline_ns:
        if path.exists() and (found := path.stat().st_size) >= size:
            return found, now_ns()
        os.sched_yield()
    raise NotMeasured(f"{path} does not grow to {size} bytes")
