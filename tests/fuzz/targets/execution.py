"""Records of the order journal about execution; the requests and reports in them."""

from collections.abc import Sequence

import msgspec

from tests.fuzz.target import Target, assert_one_line
from tradestack.ctl.check.journal_record import describe_line
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdStatus,
    Side,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)
from tradestack.domain.trading_state import TradingState
from tradestack.store.journal_lines import JournalLine
from tradestack.wire.journal.account_records import (
    RAW_BYTES_MAX,
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import (
    Record,
    decode_record,
    encode_record,
    report_length,
)
from tradestack.wire.journal.replayed_records import decode_replayed
from tradestack.wire.order_messages import MatchedThrough, Progress
from tradestack.wire.orders import ClientMessage, encode_message

FEED_SESSION = "3DAA200000"
NOW_NS = 1_795_338_000_123_456_789  # 2026-11-22T09:00:00.123456789Z


def execution_records(data: bytes) -> None:
    """Check that a record encodes to itself and is one line for people, or is a ValueError.

    What the general decoder reads is read by replay as well.
    """
    try:
        record = decode_record(data)
    except ValueError:
        return
    payload = encode_record(record)
    assert decode_record(payload) == record
    assert b"\n" not in payload
    replayed = decode_replayed(payload)
    assert getattr(replayed, "user", None) == getattr(record, "user", None)
    if isinstance(record, ExecutionRecord):
        assert payload[-1 - report_length(payload) : -1] == encode_message(record.report)
    line = describe_line(
        JournalLine(number=1, offset=0, size=len(payload), content=payload, payload=payload)
    )
    assert line is not None
    assert_one_line(line, RAW_BYTES_MAX)


ORDER_REQUESTS: tuple[Request, ...] = (
    OrderCancelRequest(
        cl_ord_id="c-1",
        orig_cl_ord_id="news-1",
        transact_time_ns=NOW_NS,
        feed_session=FEED_SESSION,
        feed_seq=813,
    ),
    OrderCancelReplaceRequest(
        cl_ord_id="r-1", orig_cl_ord_id="o", quantity=2 * SCALE, price=parse_fixed("99.25")
    ),
    OrderMassCancelRequest(
        cl_ord_id="m-1", request_type=MassCancelRequestType.SYMBOL, symbol="SPY"
    ),
    OrderMassCancelRequest(cl_ord_id="m-2", request_type=MassCancelRequestType.ALL),
)
UNSEQUENCED_REQUESTS: tuple[ClientMessage, ...] = (
    OrderStatusRequest(cl_ord_id="news-1", request_id="7"),
    Progress(feed_session=FEED_SESSION, feed_seq=812),
)
EXECUTIONS = (
    ExecutionReport(
        order_id=12,
        cl_ord_id="news-1",
        exec_id="3DAA100000-2",
        exec_type=ExecType.TRADE,
        ord_status=OrdStatus.PARTIALLY_FILLED,
        symbol="SPY",
        side=Side.BUY,
        quantity=10 * SCALE,
        last_quantity=4 * SCALE,
        last_price=parse_fixed("-168.2"),
        cum_quantity=4 * SCALE,
        leaves_quantity=6 * SCALE,
        average_price=parse_fixed("168.2"),
        commission=parse_fixed("0.02"),
        transact_time_ns=NOW_NS,
        feed_session=FEED_SESSION,
        feed_seq=813,
        visible_time_ns=NOW_NS,
    ),
    ExecutionReport(
        order_id=12,
        cl_ord_id="r-1",
        orig_cl_ord_id="o",
        exec_id="3DAA100000-3",
        exec_type=ExecType.REPLACED,
        ord_status=OrdStatus.NEW,
        quantity=2 * SCALE,
        price=parse_fixed("99.25"),
        restatement_reason=ExecRestatementReason.OTHER,
        status_request_id="7",
        transact_time_ns=NOW_NS,
    ),
    OrderCancelReject(
        order_id=None,
        cl_ord_id="c-1",
        orig_cl_ord_id="x",
        ord_status=OrdStatus.REJECTED,
        response_to=CxlRejResponseTo.CANCEL,
        reject_reason=CxlRejReason.UNKNOWN_ORDER,
        text="no such order",
        transact_time_ns=NOW_NS,
    ),
    OrderMassCancelReport(
        cl_ord_id="m-1",
        request_type=MassCancelRequestType.SYMBOL,
        symbol="SPY",
        affected_count=2,
        transact_time_ns=NOW_NS,
        feed_session=FEED_SESSION,
        feed_seq=813,
        visible_time_ns=NOW_NS,
    ),
)
MATCHED_THROUGH = MatchedThrough(feed_session=FEED_SESSION, feed_seq=812, reports=31)
RECORDS: tuple[Record, ...] = (
    *(
        RequestRecord(
            time_ns=NOW_NS,
            user="news",
            feed_session=FEED_SESSION,
            cause=812,
            arrival_ns=NOW_NS,
            request=request,
        )
        for request in ORDER_REQUESTS
    ),
    *(ExecutionRecord(time_ns=NOW_NS, user="news", report=report) for report in EXECUTIONS),
    AccountRecord(
        time_ns=NOW_NS,
        user="news",
        feed_session=FEED_SESSION,
        order_sessions=("3DAA100000",),
        order_sessions_forgotten=1,
        execution=msgspec.Raw(b'{"Fill":"touch"}'),
        state=msgspec.Raw(b'{"matched_through":0}'),
    ),
    CheckpointRecord(
        time_ns=NOW_NS,
        user="news",
        feed_session=FEED_SESSION,
        part=1,
        parts=1,
        state=msgspec.Raw(b"{}"),
    ),
    ReleaseRecord(time_ns=NOW_NS, user="news", feed_session=FEED_SESSION, feed_seq=812),
    EndedRecord(time_ns=NOW_NS, user="news", feed_session=FEED_SESSION, feed_seq=900),
    LimitsRecord(time_ns=NOW_NS, hash="c0ffee", limits=msgspec.Raw(b'{"news":{}}')),
    TradingRecord(time_ns=NOW_NS, state=TradingState.HALTED, reason="operator", uid=0),
    TradingRecord(
        time_ns=NOW_NS,
        user="news",
        state=TradingState.REDUCING,
        reason="loss",
        uid=0,
        equity=-SCALE,
    ),
)
RECORD_PAYLOADS = [encode_record(record) for record in RECORDS]


def _seeds() -> Sequence[bytes]:
    return RECORD_PAYLOADS


TARGETS = (Target("execution_records", execution_records, _seeds, length_max=2_048),)
