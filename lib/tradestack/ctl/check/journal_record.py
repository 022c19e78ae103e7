"""a line of an order journal → one line that people read.

      1  2026-11-22T09:00:00.123456Z  -     Session 3DAA100000, format 1, next order 1
      2  2026-11-22T09:00:01.000000Z  news  Register feed session 3DAA200000, head 100, ... from 101
      3  2026-11-22T09:00:02.000000Z  news  Order 1 BUY 10 SPY MARKET IOC ClOrdID=news-1: NEW

Records are read as the JSON that they are: what a later version has added is passed over, what is
missing is shown as "?".
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tradestack.domain.times import format_utc
from tradestack.store.journal_lines import JournalLine

Record = dict[str, Any]


def record_of(line: JournalLine) -> Record | None:
    """The record in a whole line; None when there is no JSON object that names its kind."""
    assert line.payload is not None, f"line {line.number} is damaged"
    try:
        record = msgspec.json.decode(line.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return record if isinstance(record, dict) and "Record" in record else None


def describe_line(line: JournalLine, user: str | None = None) -> str | None:
    """The line for people; None where it is not of that user, if one is asked for."""
    record = record_of(line) if line.payload is not None else None
    if user is not None and (record is None or record.get("User") != user):
        return None
    if record is None:
        place = f"{line.size:,} bytes at byte {line.offset:,}"
        text = f"torn end, {place}" if line.torn else f"DAMAGED, {place}"
        return f"{line.number:>7}  {text}"
    time_ns = record.get("Time")
    time = format_utc(time_ns) if isinstance(time_ns, int) else "?"
    kind = printable(record["Record"])
    words = _DESCRIBED.get(kind, _other)(record)
    return f"{line.number:>7}  {time}  {printable(record.get('User', '-')):<6}  {kind} {words}"


def printable(value: object) -> str:
    """Whatever stands in a file, without what would move a terminal's cursor."""
    return "".join(c if c.isprintable() else "?" for c in str(value))


def _get(record: Record, *path: str) -> str:
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return "?" if value is None else printable(value)


def _session(record: Record) -> str:
    carried = record.get("Registrations")
    count = len(carried) if isinstance(carried, list) else "?"
    return (
        f"{_get(record, 'Session')}, format {_get(record, 'Version')}, "
        f"next order {_get(record, 'NextOrderID')}, {count} registrations carried over"
    )


def _order(record: Record) -> str:
    names = ("Side", "OrderQty", "Symbol", "OrdType", "TimeInForce")
    words = " ".join(_get(record, "Order", name) for name in names)
    price = f" at {_get(record, 'Order', 'Price')}" if "Price" in record.get("Order", {}) else ""
    return (
        f"{_get(record, 'Report', 'OrderID')} {words}{price} "
        f"ClOrdID={_get(record, 'Order', 'ClOrdID')}: {_verdict(record)}"
    )


def _verdict(record: Record) -> str:
    report = record.get("Report", {})
    reasons = [_get(report, name) for name in ("OrdRejReason", "Text") if name in report]
    return " ".join([_get(report, "OrdStatus"), *reasons])


def _malformed(record: Record) -> str:
    return f"ClOrdID={_get(record, 'Report', 'ClOrdID')}: {_verdict(record)}"


def _register(record: Record) -> str:
    asked = [
        f"{name} {_get(record, 'Register', name)}"
        for name in ("Instance", "ConfigHash", "FeedSession", "Head", "Start")
    ]
    return f"{', '.join(asked)}: from {_get(record, 'Report', 'FromSeq')}"


def _log_reopened(record: Record) -> str:
    return f"after order {_get(record, 'LastOrderID')}"


def _repaired(record: Record) -> str:
    return (
        f"{_get(record, 'LinesLost')} lines, {_get(record, 'BytesLost')} bytes, "
        f"{_get(record, 'OrdersLost')} order numbers are lost"
    )


def _other(record: Record) -> str:
    return printable(record)


_DESCRIBED: Mapping[str, Callable[[Record], str]] = {
    "Session": _session,
    "Order": _order,
    "Malformed": _malformed,
    "Register": _register,
    "LogReopened": _log_reopened,
    "Repaired": _repaired,
}
