"""Records of the order journal ⇄ its payloads, one JSON object each: the schema, in one place.

    Session      first: Version (of this format), Session, Time, NextOrderID, Registrations so far,
                 BootID
    Order        Time, User, Order, Report: an order that parsed, and its report
    Malformed    Time, User, Report: a message that did not parse as an order
    Register     Time, User, Register, Report: a strategy's Register and its Registered
    LogReopened  Time, LastOrderID: order_log.txt was reopened; the old file ends with that number
    Repaired     Time, LinesLost, BytesLost, OrdersLost: `tradestackctl journal repair` put this in
                 place of damaged lines, or the order manager at an end that may be incomplete

Time is the time of receipt, ns since the Unix epoch. Report is always the last field, byte for byte
as it is sent, so its place in the file follows from the record's, and a user's report stream is an
index of such places. Order is the client's own JSON where that is one line.

Replay reads an order by a type of its own, which passes over what the state does not need and takes
a fifth of the time.
"""

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Order, OrdRejReason
from tradestack.wire.order_messages import (
    ExecutionReportMessage,
    Head,
    NewOrderSingle,
    Register,
    Registered,
    Sequence,
    Time,
    fix_name,
)
from tradestack.wire.orders import (
    message_to_order,
    message_to_report,
    order_to_message,
    report_to_message,
)

FORMAT_VERSION = 1
EVERY_BOOT = ""  # of a session whose orders are on the disk before they are acknowledged


class UnknownVersion(ValueError):
    """Journal of another format version."""

    def __init__(self, version: object) -> None:
        super().__init__(f"format version {version}, not {FORMAT_VERSION}")
        self.version = version


class CarriedRegistration(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename=fix_name):
    """A registration of an earlier order session; config_hash is "" if there were orders only.

    from_seq: FromSeq of the next Register with that ConfigHash; None: as with another ConfigHash.
    traded_seq: the highest FeedSeq of the user's orders in that feed session.
    """

    user: str
    feed_session: str
    config_hash: str
    from_seq: Sequence | None = None
    traded_seq: Head = 0


class _Record(msgspec.Struct, frozen=True, gc=False, tag_field="Record", rename=fix_name):
    """A record in JSON; "Record" names its kind."""


class SessionRecord(_Record, tag="Session", frozen=True, kw_only=True, omit_defaults=True):
    """The first record of a journal.

    boot_id: the boot of the machine that the session ends with; EVERY_BOOT if it outlives it, None
    if that is not known.
    """

    version: int
    session: str
    time_ns: Time
    next_order_id: int
    registrations: tuple[CarriedRegistration, ...]
    boot_id: str | None = None


class OrderRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order that parsed, accepted or rejected."""

    time_ns: int
    user: str
    order: Order
    report: ExecutionReport


class MalformedRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A message that did not parse as an order; it has no order number."""

    time_ns: int
    user: str
    report: ExecutionReport


class RegisterRecord(_Record, tag="Register", frozen=True, kw_only=True):
    """A strategy's Register and the answer."""

    time_ns: Time
    user: str
    register: Register
    report: Registered


class LogReopenedRecord(_Record, tag="LogReopened", frozen=True, kw_only=True):
    """order_log.txt was reopened; the orders up to that number are in the file before."""

    time_ns: Time
    last_order_id: int


class RepairedRecord(_Record, tag="Repaired", frozen=True, kw_only=True):
    """Lines were here, or may have been; orders_lost order numbers belong to them."""

    time_ns: Time
    lines_lost: int
    bytes_lost: int
    orders_lost: int


class _OrderForm(_Record, tag="Order", frozen=True, kw_only=True):
    """An OrderRecord in JSON."""

    time_ns: Time
    user: str
    order: NewOrderSingle
    report: ExecutionReportMessage


class _MalformedForm(_Record, tag="Malformed", frozen=True, kw_only=True):
    """A MalformedRecord in JSON."""

    time_ns: Time
    user: str
    report: ExecutionReportMessage


class ReplayedOrder(msgspec.Struct, frozen=True, gc=False, rename=fix_name):
    """Fields of an order that replay needs."""

    cl_ord_id: str
    feed_session: str | None = None
    feed_seq: Sequence | None = None


class ReplayedReport(msgspec.Struct, frozen=True, gc=False, rename=fix_name):
    """Fields of an order's report that replay needs."""

    order_id: int
    ord_rej_reason: OrdRejReason | None = None


class ReplayedOrderRecord(_Record, tag="Order", frozen=True):
    """Fields of an OrderRecord that replay needs."""

    user: str
    order: ReplayedOrder
    report: ReplayedReport


PlainRecord = SessionRecord | RegisterRecord | LogReopenedRecord | RepairedRecord
Record = PlainRecord | OrderRecord | MalformedRecord
ReplayedRecord = PlainRecord | ReplayedOrderRecord | MalformedRecord

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[PlainRecord | _OrderForm | _MalformedForm]
_decoder = msgspec.json.Decoder(PlainRecord | _OrderForm | _MalformedForm)
_replayed_order_decoder = msgspec.json.Decoder(ReplayedOrderRecord)

_ORDER_BEGINS = b'{"Record":"Order",'
# A quote inside a JSON string is escaped, so these bytes can only begin a record's last field. They
# are looked for from the front, which takes half as long as from the back.
_REPORT_FIELD = b',"Report":'
_BEHIND_REPORT = len(_REPORT_FIELD) + 1  # the field's name before it, the brace behind it
_REFUSED = (msgspec.DecodeError, RecursionError)  # the latter for lists in lists in lists


def encode_record(record: Record) -> bytes:
    """Record → payload, which decodes to it again; ValueError if none does."""
    payload = _encode(record)
    if decode_record(payload) != record:
        raise ValueError(f"does not survive the journal: {record}")
    return payload


def _encode(record: Record) -> bytes:
    if isinstance(record, OrderRecord):
        form = _OrderForm(
            time_ns=record.time_ns,
            user=record.user,
            order=order_to_message(record.order),
            report=report_to_message(record.report),
        )
        return _encoder.encode(form)
    if isinstance(record, MalformedRecord):
        report = report_to_message(record.report)
        return _encoder.encode(
            _MalformedForm(time_ns=record.time_ns, user=record.user, report=report)
        )
    return _encoder.encode(record)


def decode_record(payload: bytes) -> Record:
    """Payload → record; ValueError if it has none."""
    try:
        form = _decoder.decode(payload)
        if isinstance(form, _OrderForm):
            return OrderRecord(
                time_ns=form.time_ns,
                user=form.user,
                order=message_to_order(form.order),
                report=message_to_report(form.report),
            )
        if isinstance(form, _MalformedForm):
            report = message_to_report(form.report)
            return MalformedRecord(time_ns=form.time_ns, user=form.user, report=report)
    except _REFUSED as error:
        raise ValueError(str(error)) from error
    return form


def decode_replayed(payload: bytes) -> ReplayedRecord:
    """Payload → record, of an order only the fields that replay needs; ValueError."""
    if not payload.startswith(_ORDER_BEGINS):
        record = decode_record(payload)
        if not isinstance(record, OrderRecord):
            return record
    try:
        return _replayed_order_decoder.decode(payload)
    except _REFUSED as error:
        raise ValueError(str(error)) from error


def decode_header(payload: bytes) -> SessionRecord:
    """First payload of a journal → its header.

    Raises UnknownVersion for another format, ValueError for anything else.
    """
    try:
        fields = msgspec.json.decode(payload)
    except _REFUSED as error:
        raise ValueError(str(error)) from error
    version = fields.get("Version") if isinstance(fields, dict) else None
    if version != FORMAT_VERSION:
        raise UnknownVersion(version)
    record = decode_record(payload)
    if not isinstance(record, SessionRecord):
        raise ValueError("the first record is not a session header")
    return record


def report_length(payload: bytes) -> int:
    """Payload → the bytes of its report, before the closing brace; ValueError for no report."""
    return len(payload) - payload.index(_REPORT_FIELD) - _BEHIND_REPORT
