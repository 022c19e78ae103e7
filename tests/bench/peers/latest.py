"""The latest value of a symbol between processes: ns an operation, in rows of many.

    latest books OPERATIONS        update_ns, read_ns, read_all_ns (of 1,000 symbols)
    latest lock OPERATIONS         multiprocessing.Value with its lock
    latest iceoryx2 OPERATIONS     its blackboard
    latest redis OPERATIONS PORT   SET and GET
    latest write NAME              writes one symbol's record in turns, until it is killed
    latest read NAME SECONDS       reads it as fast as it can: reads, torn, given_up

Times include the loop around the operations (timeit's).
"""

import ctypes
import itertools
import multiprocessing
import os
import struct
import sys
import time
import timeit
from typing import Any, ClassVar

from tests.bench.program import answer, wait_for_go
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.store.shared_memory.books import SharedPriceBook
from tradestack.store.shared_memory.segment import unlink

SYMBOL = "SPY"
SYMBOLS_OF_ALL = 1_000
TIME_NS = 1_768_487_400_000_000_000
LOOKS = 1_000  # reads between two looks at the clock


def ns_each(statement: str, count: int, **names: object) -> float:
    """Return ns for each run of the statement in a loop, which itself takes some 10 ns."""
    return timeit.timeit(statement, number=count, globals=names) * NANOSECONDS_PER_SECOND / count


def books(count: int) -> None:
    name = f"tradestack-bench-{os.getpid()}-prices"
    symbols = [SYMBOL, *(f"S{number}" for number in range(SYMBOLS_OF_ALL - 1))]
    book = SharedPriceBook(symbols, name)
    try:
        for sequence, symbol in enumerate(symbols, start=1):
            book.store(symbol, sequence, 0, TIME_NS, TIME_NS, sequence)
        reader = SharedPriceBook.attach(name)
        answer(
            update_ns=ns_each("store('SPY', 7, 8, t, t, 9)", count, store=book.store, t=TIME_NS),
            read_ns=ns_each("read('SPY')", count, read=reader.read),
            read_all_ns=ns_each("read_all()", max(1, count // 50), read_all=reader.read_all),
        )
    finally:
        unlink(name)


def lock(count: int) -> None:
    value = multiprocessing.Value(ctypes.c_int64)

    names = {"value": value, "lock": value.get_lock()}
    answer(
        update_ns=ns_each("with lock: value.value = 7", count, **names),
        read_ns=ns_each("with lock: value.value", count, **names),
    )


def by_iceoryx2(count: int) -> None:
    import iceoryx2 as iox2

    class Key(ctypes.Structure):
        _fields_: ClassVar[Any] = [("number", ctypes.c_uint64)]

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Key) and self.number == other.number

        @staticmethod
        def type_name() -> str:
            return "Key"

    class Value(ctypes.Structure):
        _fields_: ClassVar[Any] = [
            (name, ctypes.c_int64) for name in ("value", "size", "event", "publish", "seq")
        ]

        @staticmethod
        def type_name() -> str:
            return "Value"

    iox2.set_log_level(iox2.LogLevel.Error)
    node = iox2.NodeBuilder.new().create(iox2.ServiceType.Ipc)
    name = iox2.ServiceName.new(f"bench-{os.getpid()}")
    service = node.service_builder(name).blackboard_creator(Key).add(Key(1), Value()).create()
    writer = service.writer_builder().create().entry(Key(1), Value)
    reader = service.reader_builder().create().entry(Key(1), Value)
    value = Value(7, 8, TIME_NS, TIME_NS, 9)
    answer(
        update_ns=ns_each("update(value)", count, update=writer.update_with_copy, value=value),
        read_ns=ns_each("read()", count, read=reader.get),
    )


def by_redis(count: int, port: int) -> None:
    import redis

    client = redis.Redis("127.0.0.1", port)
    value = struct.pack("5q", 7, 8, TIME_NS, TIME_NS, 9)
    few = max(1, count // 100)
    answer(
        update_ns=ns_each("update('SPY', value)", few, update=client.set, value=value),
        read_ns=ns_each("read('SPY')", few, read=client.get),
    )


def write(name: str) -> None:
    book = SharedPriceBook([SYMBOL], name)
    book.store(SYMBOL, 1, 1, 1, 1, 1)
    print("ready", flush=True)
    for number in itertools.count(2):
        book.store(SYMBOL, number, number, number, number, number)


def read(name: str, seconds: float) -> None:
    reader = SharedPriceBook.attach(name)
    wait_for_go()
    reads = torn = given_up = newest = 0
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        for _ in itertools.repeat(None, LOOKS):
            entry = reader.entry(SYMBOL)
            if entry is None:  # the writer was off its processor for long, within the record
                given_up += 1
                continue
            number = entry.sequence
            if not (
                entry.value == entry.size == entry.event_time_ns == entry.publish_time_ns == number
            ):
                torn += 1
            if number < newest:
                sys.exit("a value was older than the one before")
            newest = number
        reads += LOOKS
    answer(reads=reads, torn=torn, updates=newest, given_up=given_up)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["books", operations]:
            books(int(operations))
        case ["lock", operations]:
            lock(int(operations))
        case ["iceoryx2", operations]:
            by_iceoryx2(int(operations))
        case ["redis", operations, where]:
            by_redis(int(operations), int(where))
        case ["write", segment]:
            write(segment)
        case ["read", segment, duration]:
            read(segment, float(duration))
