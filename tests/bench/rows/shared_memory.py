"""The latest value in shared memory through the API: ns an update, a read, a read of 1,000 symbols.

Measured in one process, many operations in a row, pinned: `SharedPriceBook.store` (value, size,
two times, number), `read` (which gives a BookEntry) and `read_all` of 1,000 symbols. Peers: a
multiprocessing.Value with its lock, which holds one number; iceoryx2's blackboard with the same 40
bytes; Redis SET and GET. The limit is a sequence lock in C.

Torn: a writer stores records whose fields all say the same number as fast as it can on the one
processor, a reader looks on the other; a record of two messages would be seen.

Cheating would be: a read that gives no value out, an update without its counters.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from tests.bench.brokers import redis_server
from tests.bench.comparison import Better, Comparison, Contestant, Role, Target
from tests.bench.faults import CountWrong
from tests.bench.placement import Placement
from tests.bench.program import Program
from tests.bench.workshop import Workshop
from tradestack.store.shared_memory.segment import unlink

NAME = "shared-memory"
OPERATIONS, OPERATIONS_QUICK = 200_000, 20_000
HAMMERED_S, HAMMERED_S_QUICK = 60, 2
OURS, LOCK, ICEORYX, REDIS, C = (
    *("tradestack", "mp.Value with lock", "iceoryx2 blackboard", "Redis", "C sequence lock"),
)
NS_MAX = {"update": 450.0, "read": 250.0, "read_all": 10_000.0}


def compare(workshop: Workshop) -> Iterator[Comparison]:
    """Compare each operation, then count torn reads."""
    said: dict[str, list[Mapping[str, float]]] = {}
    with workshop.scratch() as directory, redis_server(directory, "no") as port:
        programs = _programs(workshop, port)
        workshop.measure(
            [
                Contestant(name, Role.PEER, partial(_measure, said.setdefault(name, []), run))
                for name, run in programs.items()
            ]
        )
    for operation, bound in NS_MAX.items():
        key = f"{operation}_ns"
        figures = {
            name: [figures[key] for figures in rounds]
            for name, rounds in said.items()
            if key in rounds[0]
        }
        yield Comparison(
            row=NAME,
            variant=operation if operation != "read_all" else "read_all of 1,000 symbols",
            unit="ns",
            batch="1 operation",
            placement=Placement.ONE_CPU.value,
            ours=OURS,
            limit=C if C in figures else None,
            figures=figures,
            targets=[Target(Better.LOWER, bound)],
        )
    yield _torn(workshop)


def _programs(workshop: Workshop, redis_port: int) -> dict[str, Callable[[], Program]]:
    operations = workshop.size(OPERATIONS, OPERATIONS_QUICK)
    prefix = Placement.ONE_CPU.server()

    def python(kind: str, *arguments: object) -> Callable[[], Program]:
        return partial(Program.of_module, "latest", kind, operations, *arguments, prefix=prefix)

    in_c = [workshop.limit("latest"), str(operations)]
    return {
        OURS: python("books"),
        LOCK: python("lock"),
        ICEORYX: python("iceoryx2"),
        REDIS: python("redis", redis_port),
        C: lambda: Program(in_c, prefix),
    }


def _measure(said: list[Mapping[str, float]], run: Callable[[], Program]) -> float:
    """Keep all figures of one round."""
    with run() as program:
        said.append(program.answer())
    return said[-1]["read_ns"]


def _torn(workshop: Workshop) -> Comparison:
    seconds = workshop.size(HAMMERED_S, HAMMERED_S_QUICK)
    said = _hammer(seconds)
    if said["torn"]:
        raise CountWrong(f"{said['torn']} of {said['reads']:,} reads were torn")
    return Comparison(
        row=NAME,
        variant=f"torn reads in {seconds} s of hammering",
        unit="reads",
        batch="1 record",
        placement=Placement.TWO_CPUS.value,
        ours=OURS,
        figures={OURS: [float(said["torn"])]},
        targets=[Target(Better.LOWER, 0.0)],
        notes=[
            f"{said['reads']:,} reads during {said['updates']:,} updates, none torn, "
            f"{said['given_up']:,} without a value as the writer had lost its processor"
        ],
    )


def _hammer(seconds: int) -> Mapping[str, Any]:
    name = f"tradestack-bench-{os.getpid()}-hammered"
    placement = Placement.TWO_CPUS
    with ExitStack() as stack:
        stack.callback(unlink, name)
        writer = Program.of_module("latest", "write", name, prefix=placement.server())
        stack.enter_context(writer)
        writer.wait_ready()
        reader = Program.of_module("latest", "read", name, seconds, prefix=placement.client())
        stack.enter_context(reader)
        reader.wait_ready()
        reader.go()
        return reader.answer()
