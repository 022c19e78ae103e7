"""The newest orders as they are now, from the end of the newest order journal.

The order manager keeps no order that is done. What has become of one is journalled after it, so
the journal is read from the oldest of the orders on.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.store.journal import PREFIX_LENGTH
from tradestack.store.journal_lines import payload_of
from tradestack.store.named_file import open_named_file
from tradestack.trading.replies.orders import Order, order_after, order_reply
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord, decode_record

PIECE_BYTES = 256 * 1024  # read, or decoded, in one pass of the loop
SEARCHED_BYTES_MAX = 32 * 1024 * 1024
_ORDER = b'{"Record":"Order",'
_DECIDING = (_ORDER, b'{"Record":"Execution",')

OrderState = dict[str, Any]


async def newest_orders(journal: Path, count: int) -> list[OrderState]:
    """Return the newest orders, the oldest of them first; at most `SEARCHED_BYTES_MAX` are read.

    Raises OSError.
    """
    with open_named_file(journal) as file:
        size = os.fstat(file.fileno()).st_size
        orders: dict[int, Order] = {}
        rest, place = b"", await _begin_of(file.fileno(), size, count)
        while place < size:
            piece = os.pread(file.fileno(), min(PIECE_BYTES, size - place), place)
            if not piece:
                break  # it was cut off meanwhile
            *lines, rest = (rest + piece).split(b"\n")
            place += len(piece)
            for line in lines:
                if line.startswith(_DECIDING, PREFIX_LENGTH):
                    _take(orders, line)
            await asyncio.sleep(0)
    return [msgspec.to_builtins(order) for order in list(orders.values())[-count:]]


async def _begin_of(descriptor: int, size: int, count: int) -> int:
    """Return a place in front of the last `count` orders, or where the search has to end."""
    place = size
    while place > 0 and count > 0 and size - place < SEARCHED_BYTES_MAX:
        begin = max(0, place - PIECE_BYTES)
        # A line's begin that two pieces share is in this one.
        count -= os.pread(descriptor, place - begin + len(_ORDER) - 1, begin).count(_ORDER)
        place = begin
        await asyncio.sleep(0)
    return max(0, place - PREFIX_LENGTH)  # with the whole of a line whose record begins there


def _take(orders: dict[int, Order], line: bytes) -> None:
    """Take an order, or a report on one of them; what cannot be read is left out."""
    payload = payload_of(line)
    try:
        record = None if payload is None else decode_record(payload)
    except ValueError:  # of another version of the order manager
        return
    if isinstance(record, OrderRecord):
        order = order_reply(record)
        orders[order.order_id] = order
    elif isinstance(record, ExecutionRecord) and isinstance(record.report, ExecutionReport):
        changed = orders.get(record.report.order_id or 0)
        if changed is not None:
            orders[changed.order_id] = order_after(changed, record.report)
