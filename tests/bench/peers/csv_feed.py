"""A price CSV read by the csv module and the standard library's parsers → subscribers.

csv_feed CSV PORT        as a script would do it: no log, no books, no checks of the rows
"""

import csv
import datetime
import decimal
import socket
import struct
import sys
import time
from pathlib import Path

from tests.bench.pattern import BATCH_64_KIB
from tests.bench.program import answer, wait_for_go
from tradestack.domain.fixed_point import SCALE
from tradestack.wire.feed import TICK_PACKET_LENGTH, encode_symbol

PACKET = struct.Struct(">H2sc3x24sqqqq")
HEADER = (TICK_PACKET_LENGTH - 2, b"SP", b" ")


def main(path: str, port: str) -> None:
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        print("ready", flush=True)
        subscriber, _ = listener.accept()
    wait_for_go()
    start_ns = time.monotonic_ns()
    with Path(path).open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        packets: list[bytes] = []
        for row in rows:
            packets.append(_packet(row))
            if len(packets) == BATCH_64_KIB:
                subscriber.sendall(b"".join(packets))
                packets.clear()
        subscriber.sendall(b"".join(packets))
    answer(start_ns=start_ns)
    while subscriber.recv(1):
        pass


def _packet(row: list[str]) -> bytes:
    timestamp, symbol, price, size = row
    event_time_s = datetime.datetime.fromisoformat(timestamp).timestamp()
    return PACKET.pack(
        *HEADER,
        encode_symbol(symbol),
        int(event_time_s * 1_000_000_000),
        time.time_ns(),
        int(decimal.Decimal(price) * SCALE),
        int(decimal.Decimal(size) * SCALE),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
