"""Records of the order journal as replay reads them.

Nearly all records are orders and reports on them. Replay reads these by types of its own, which
pass over what the state does not need, and take a fifth of the time.
"""

import msgspec

from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.journal_record import JournalRecord
from tradestack.wire.journal.order_journal import (
    REFUSED,
    LogReopenedRecord,
    MalformedRecord,
    OrderRecord,
    RegisterRecord,
    RepairedRecord,
    SessionRecord,
    decode_record,
)
from tradestack.wire.order_messages import FeedTime, Sequence, fix_name


class ReplayedOrder(msgspec.Struct, frozen=True, gc=False, rename=fix_name):
    """Fields of an order that replay needs."""

    cl_ord_id: str
    feed_session: str | None = None
    feed_seq: Sequence | None = None


class ReplayedReport(msgspec.Struct, frozen=True, gc=False, rename=fix_name):
    """Fields of an order's report that replay needs."""

    order_id: int
    ord_rej_reason: OrdRejReason | None = None


class ReplayedOrderRecord(JournalRecord, tag="Order", frozen=True):
    """Fields of an OrderRecord that replay needs."""

    user: str
    order: ReplayedOrder
    report: ReplayedReport
    feed_session: str | None = None
    cause: Sequence | None = None
    arrival_ns: FeedTime | None = None


class ReplayedExecution(msgspec.Struct, frozen=True, gc=False, rename=fix_name):
    """Fields of a report of any kind that replay needs; only an ExecutionReport has an ExecType."""

    cl_ord_id: str
    order_id: int | None = None
    exec_type: ExecType | None = None
    ord_status: OrdStatus | None = None
    feed_session: str | None = None
    feed_seq: Sequence | None = None


class ReplayedExecutionRecord(JournalRecord, tag="Execution", frozen=True):
    """Fields of an ExecutionRecord that replay needs."""

    user: str
    report: ReplayedExecution


ReplayedRecord = (
    ReplayedOrderRecord
    | ReplayedExecutionRecord
    | MalformedRecord
    | SessionRecord
    | RegisterRecord
    | LogReopenedRecord
    | RepairedRecord
    | RequestRecord
    | AccountRecord
    | CheckpointRecord
    | ReleaseRecord
    | EndedRecord
    | LimitsRecord
    | TradingRecord
)
_Often = ReplayedOrderRecord | ReplayedExecutionRecord

_often_decoder: msgspec.json.Decoder[_Often] = msgspec.json.Decoder(_Often)
_OFTEN = (b'{"Record":"Order",', b'{"Record":"Execution",')


def decode_replayed(payload: bytes) -> ReplayedRecord:
    """Payload → record, of an order or a report only the fields that replay needs; ValueError."""
    if not payload.startswith(_OFTEN):
        record = decode_record(payload)
        if not isinstance(record, OrderRecord | ExecutionRecord):
            return record
    try:
        return _often_decoder.decode(payload)
    except REFUSED as error:
        raise ValueError(str(error)) from error
