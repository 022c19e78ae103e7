"""what happened ⇄ payloads of the order journal, one JSON object each.

    Session      first: Version (of this format), Session, Time, NextOrderID, Registrations so far
    Order        Time, User, Order, Report: an order that parsed, and its report
    Malformed    Time, User, Report: one that did not
    Register     Time, User, Register, Report: a strategy's Register and its Registered
    LogReopened  Time, LastOrderID: order_log.txt was reopened; the old file ends with that number
    Repaired     written by `tradestackctl journal repair` in place of damage (journal_repair.py)

Report is always the last field, byte for byte what goes to the client: its range in the file is
known from the record's length alone, and a user's report stream is an index of such ranges. Time is
the time of receipt, ns since the Unix epoch.

Replay reads records by types of its own, which pass over whatever the state does not need: a
million orders are read back in seconds, not in ten times as many (decoded in full, with every
pattern checked again, an order costs 3.3 µs, so it costs 0.7 µs).
"""

from collections.abc import Callable

import msgspec

from tradestack.domain.order import OrdRejReason
from tradestack.wire.order_messages import ExecutionReport, NewOrderSingle, Register, Registered

FORMAT_VERSION = 1


class CarriedRegistration(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    rename={"user": "User", "feed_session": "FeedSession", "config_hash": "ConfigHash"},
):
    """A registration of an earlier order session (architecture: FromSeq = Head + 1 next time)."""

    user: str
    feed_session: str
    config_hash: str


class SessionRecord(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="Record",
    tag="Session",
    rename={
        "format_version": "Version",
        "session": "Session",
        "time_ns": "Time",
        "next_order_id": "NextOrderID",
        "registrations": "Registrations",
    },
):
    """The first record of a journal."""

    format_version: int
    session: str
    time_ns: int
    next_order_id: int
    registrations: tuple[CarriedRegistration, ...]


class OrderRecord(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="Record",
    tag="Order",
    rename={"time_ns": "Time", "user": "User", "order": "Order", "report": "Report"},
):
    """An order that parsed, accepted or rejected."""

    time_ns: int
    user: str
    order: NewOrderSingle
    report: ExecutionReport


class MalformedRecord(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="Record",
    tag="Malformed",
    rename={"time_ns": "Time", "user": "User", "report": "Report"},
):
    """A message that did not parse as an order; it has no order number."""

    time_ns: int
    user: str
    report: ExecutionReport


class RegisterRecord(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="Record",
    tag="Register",
    rename={"time_ns": "Time", "user": "User", "register": "Register", "report": "Report"},
):
    """A strategy's Register and the answer."""

    time_ns: int
    user: str
    register: Register
    report: Registered


class LogReopenedRecord(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="Record",
    tag="LogReopened",
    rename={"time_ns": "Time", "last_order_id": "LastOrderID"},
):
    """order_log.txt was reopened: what is up to that number stands in the file before."""

    time_ns: int
    last_order_id: int


class RepairedRecord(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="Record",
    tag="Repaired",
    rename={
        "time_ns": "Time",
        "lines_lost": "LinesLost",
        "bytes_lost": "BytesLost",
        "orders_lost": "OrdersLost",
    },
):
    """Here stood damaged lines; so many order numbers belong to them."""

    time_ns: int
    lines_lost: int
    bytes_lost: int
    orders_lost: int


class ReplayedOrder(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={
        "cl_ord_id": "ClOrdID",
        "symbol": "Symbol",
        "side": "Side",
        "order_qty": "OrderQty",
        "ord_type": "OrdType",
        "time_in_force": "TimeInForce",
        "price": "Price",
    },
):
    """Of a NewOrderSingle what it is recognised by."""

    cl_ord_id: str
    symbol: str
    side: str
    order_qty: str
    ord_type: str
    time_in_force: str
    price: str | None = None


class ReplayedReport(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={"order_id": "OrderID", "ord_rej_reason": "OrdRejReason"},
):
    """Of an order's report what is counted."""

    order_id: int
    ord_rej_reason: OrdRejReason | None = None


class ReplayedOrderRecord(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="Record",
    tag="Order",
    rename={"user": "User", "order": "Order", "report": "Report"},
):
    """Of an OrderRecord what becomes state."""

    user: str
    order: ReplayedOrder
    report: ReplayedReport


ReportedRecord = OrderRecord | MalformedRecord | RegisterRecord
UnreportedRecord = LogReopenedRecord | RepairedRecord
Record = SessionRecord | ReportedRecord | UnreportedRecord
ReplayedRecord = (
    SessionRecord | ReplayedOrderRecord | MalformedRecord | RegisterRecord | UnreportedRecord
)


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_replayed_order_decoder = msgspec.json.Decoder(ReplayedOrderRecord)
_replay_decoder: msgspec.json.Decoder[ReplayedRecord] = msgspec.json.Decoder(ReplayedRecord)

_ORDER_BEGINS = b'{"Record":"Order",'
# A quote inside a JSON string is escaped, so these bytes can only begin a record's last field. They
# are looked for from the front: it takes half as long, as there are no shortcuts backwards.
_REPORT_FIELD = b',"Report":'
_BEHIND_REPORT = len(_REPORT_FIELD) + 1  # the field's name before it, the brace behind it
_REFUSED = (msgspec.DecodeError, RecursionError)  # the latter for lists in lists in lists

encode_record: Callable[[Record], bytes] = _encoder.encode  # the payload of a record


def decode_record(payload: bytes) -> Record:
    """The record in a payload; ValueError when there is none."""
    try:
        return _decoder.decode(payload)
    except _REFUSED as error:
        raise ValueError(str(error)) from error


def decode_replayed(payload: bytes) -> ReplayedRecord:
    """The same, but of an order only what the state needs; nearly all records are orders."""
    try:
        if payload.startswith(_ORDER_BEGINS):
            return _replayed_order_decoder.decode(payload)
        return _replay_decoder.decode(payload)
    except _REFUSED as error:
        raise ValueError(str(error)) from error


def version_of(payload: bytes) -> object:
    """What a header says that it is, None when it says nothing; ValueError when it is no JSON."""
    try:
        fields = msgspec.json.decode(payload)
    except _REFUSED as error:
        raise ValueError(str(error)) from error
    return fields.get("Version") if isinstance(fields, dict) else None


def report_length(payload: bytes) -> int:
    """How many bytes before the closing brace are the report; ValueError when there is none."""
    return len(payload) - payload.index(_REPORT_FIELD) - _BEHIND_REPORT
