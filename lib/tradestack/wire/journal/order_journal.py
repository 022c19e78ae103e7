"""Records of the order journal ⇄ its payloads, one JSON object each: the schema, in one place.

    Session      first: Version (of this format), Session, Time, NextOrderID, Registrations so far,
                 BootID, LimitsHash and Trading: the limits and trading states of before; Carried:
                 the number of records after it that belong to the beginning
    Order        Time, User, FeedSession, Cause, Arrival, Order, Report: an order that parsed, and
                 its report; without FeedSession to Arrival if the feed does not execute it
    Malformed    Time, User, Report: a message that did not parse as an order
    Register     Time, User, Register, Report: a strategy's Register and its Registered
    LogReopened  Time, LastOrderID, LastReport: order_log.txt was reopened; the old file ends there
    Repaired     Time, LinesLost, BytesLost, OrdersLost: `tradestackctl journal repair` put this in
                 place of damaged lines, or the order manager at an end that may be incomplete

Time is the time of receipt, ns since the Unix epoch. Report is always the last field, byte for byte
as it is sent, so its place in the file follows from the record's, and a user's report stream is an
index of such places. Order is the client's own JSON where that is one line.

Those about execution are in account_records.py; replay reads by types of its own, in
replayed_records.py.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import Order
from tradestack.wire.journal import account_records
from tradestack.wire.journal.account_records import AccountForms, AccountRecords, CarriedTrading
from tradestack.wire.journal.journal_record import JournalRecord
from tradestack.wire.order_messages import (
    Count,
    ExecutionReportMessage,
    FeedTime,
    Head,
    NewOrderSingle,
    Register,
    Registered,
    Sequence,
    Time,
    fix_name,
)
from tradestack.wire.orders import message_to_order, order_to_message
from tradestack.wire.reports import execution_to_message, message_to_execution

# Version 1 had no records about execution. It is still read.
FORMAT_VERSION = 2
FORMAT_VERSIONS_READ = (1, FORMAT_VERSION)
EVERY_BOOT = ""  # of a session whose orders are on the disk before they are acknowledged


class UnknownVersion(ValueError):
    """Journal of another format version."""

    def __init__(self, version: object) -> None:
        read = " or ".join(map(str, FORMAT_VERSIONS_READ))
        super().__init__(f"format version {version}, not {read}")
        self.version = version


class CarriedRegistration(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename=fix_name):
    """A registration of an earlier order session; config_hash is "" if there were orders only.

    from_seq: FromSeq of the next Register with that ConfigHash; None: as with another ConfigHash.
    first_seq: what it was before it was moved after traded_seq, None: as from_seq. traded_seq: the
    highest FeedSeq of the user's orders in that feed session.
    """

    user: str
    feed_session: str
    config_hash: str
    from_seq: Sequence | None = None
    first_seq: Sequence | None = None
    traded_seq: Head = 0


class SessionRecord(JournalRecord, tag="Session", frozen=True, kw_only=True, omit_defaults=True):
    """The first record of a journal.

    boot_id: the boot of the machine that the session ends with; EVERY_BOOT if it outlives it, None
    if that is not known. limits_hash: of the limits at the end of the session before; trading: its
    trading states. carried: how many records after this one belong to the beginning: accounts of
    the session before. Without all of them the session has not begun.
    """

    version: int
    session: str
    time_ns: Time
    next_order_id: int
    registrations: tuple[CarriedRegistration, ...]
    boot_id: str | None = None
    carried: Count = 0
    limits_hash: str | None = None
    trading: tuple[CarriedTrading, ...] = ()


class OrderRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order that parsed, accepted or rejected.

    feed_session, cause, arrival_ns: of an order that the feed executes: the number of the feed
    message that caused it, and the feed time from which it can meet one.
    """

    time_ns: int
    user: str
    feed_session: str | None = None
    cause: int | None = None
    arrival_ns: int | None = None
    order: Order
    report: ExecutionReport


class MalformedRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A message that did not parse as an order; it has no order number."""

    time_ns: int
    user: str
    report: ExecutionReport


class RegisterRecord(JournalRecord, tag="Register", frozen=True, kw_only=True):
    """A strategy's Register and the answer."""

    time_ns: Time
    user: str
    register: Register
    report: Registered


class LogReopenedRecord(
    JournalRecord, tag="LogReopened", frozen=True, kw_only=True, omit_defaults=True
):
    """order_log.txt was reopened; what was recorded before is in the file before.

    last_order_id: the number of the last order there. last_report: that of the last report of this
    order session, 0 where nothing but orders had lines.
    """

    time_ns: Time
    last_order_id: int
    last_report: Count = 0


class RepairedRecord(JournalRecord, tag="Repaired", frozen=True, kw_only=True):
    """Lines were here, or may have been; orders_lost order numbers belong to them."""

    time_ns: Time
    lines_lost: int
    bytes_lost: int
    orders_lost: int


class _OrderForm(JournalRecord, tag="Order", frozen=True, kw_only=True, omit_defaults=True):
    """An OrderRecord in JSON."""

    time_ns: Time
    user: str
    feed_session: str | None = None
    cause: Sequence | None = None
    arrival_ns: FeedTime | None = None
    order: NewOrderSingle
    report: ExecutionReportMessage


class _MalformedForm(JournalRecord, tag="Malformed", frozen=True, kw_only=True):
    """A MalformedRecord in JSON."""

    time_ns: Time
    user: str
    report: ExecutionReportMessage


Record = (
    SessionRecord
    | OrderRecord
    | MalformedRecord
    | RegisterRecord
    | LogReopenedRecord
    | RepairedRecord
    | AccountRecords
)
_Form = (
    SessionRecord
    | _OrderForm
    | _MalformedForm
    | RegisterRecord
    | LogReopenedRecord
    | RepairedRecord
    | AccountForms
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[_Form] = msgspec.json.Decoder(_Form)

# A quote inside a JSON string is escaped, so these bytes can only begin a record's last field. They
# are looked for from the front, which takes half as long as from the back.
_REPORT_FIELD = b',"Report":'
_BEHIND_REPORT = len(_REPORT_FIELD) + 1  # the field's name before it, the brace after it
REFUSED = (msgspec.DecodeError, RecursionError)  # the latter for lists in lists in lists


def encode_record(record: Record) -> bytes:
    """Record → payload, which decodes to it again; ValueError if none does."""
    to_form = _TO_FORM.get(type(record))
    payload = _encoder.encode(record if to_form is None else to_form(record))
    if decode_record(payload) != record:
        raise ValueError(f"does not survive the journal: {record}")
    return payload


def decode_record(payload: bytes) -> Record:
    """Payload → record; ValueError if it has none."""
    try:
        form = _decoder.decode(payload)
    except REFUSED as error:
        raise ValueError(str(error)) from error
    from_form = _FROM_FORM.get(type(form))
    return cast("Record", form) if from_form is None else from_form(form)


def decode_header(payload: bytes) -> SessionRecord:
    """First payload of a journal → its header.

    Raises UnknownVersion for another format, ValueError for anything else.
    """
    try:
        fields = msgspec.json.decode(payload)
    except REFUSED as error:
        raise ValueError(str(error)) from error
    version = fields.get("Version") if isinstance(fields, dict) else None
    if version not in FORMAT_VERSIONS_READ:
        raise UnknownVersion(version)
    record = decode_record(payload)
    if not isinstance(record, SessionRecord):
        raise ValueError("the first record is not a session header")
    return record


def report_length(payload: bytes) -> int:
    """Payload → the bytes of its report, before the closing brace; ValueError for no report."""
    return len(payload) - payload.index(_REPORT_FIELD) - _BEHIND_REPORT


def _order_to_form(record: OrderRecord) -> _OrderForm:
    return _OrderForm(
        time_ns=record.time_ns,
        user=record.user,
        feed_session=record.feed_session,
        cause=record.cause,
        arrival_ns=record.arrival_ns,
        order=order_to_message(record.order),
        report=execution_to_message(record.report),
    )


def _form_to_order(form: _OrderForm) -> OrderRecord:
    if form.report.order_id is None:
        raise ValueError("the report of an Order has no OrderID")
    return OrderRecord(
        time_ns=form.time_ns,
        user=form.user,
        feed_session=form.feed_session,
        cause=form.cause,
        arrival_ns=form.arrival_ns,
        order=message_to_order(form.order),
        report=message_to_execution(form.report),
    )


def _malformed_to_form(record: MalformedRecord) -> _MalformedForm:
    return _MalformedForm(
        time_ns=record.time_ns, user=record.user, report=execution_to_message(record.report)
    )


def _form_to_malformed(form: _MalformedForm) -> MalformedRecord:
    return MalformedRecord(
        time_ns=form.time_ns, user=form.user, report=message_to_execution(form.report)
    )


# Kind of a record → its form in JSON, and back; the others are their own.
_TO_FORM: Mapping[type, Callable[[Any], JournalRecord]] = {
    OrderRecord: _order_to_form,
    MalformedRecord: _malformed_to_form,
    **account_records.TO_FORM,
}
_FROM_FORM: Mapping[type, Callable[[Any], Record]] = {
    _OrderForm: _form_to_order,
    _MalformedForm: _form_to_malformed,
    **account_records.FROM_FORM,
}
