"""Orders and registrations, from a packet to the journal and back."""

from collections.abc import Sequence
from functools import partial

from tests.fuzz.target import Target, assert_one_line
from tests.fuzz.targets.execution import (
    EXECUTIONS,
    MATCHED_THROUGH,
    ORDER_REQUESTS,
    UNSEQUENCED_REQUESTS,
)
from tests.kit.sender import MemorySender
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import (
    BusinessRejectReason,
    ExecType,
    Order,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    Start,
    TimeInForce,
)
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import (
    Batch,
    JudgedAct,
    JudgedOrder,
    JudgedRequest,
    Malformed,
    Received,
)
from tradestack.trading.judging.judge import judge
from tradestack.trading.risk.limits import Limits, RiskLimits
from tradestack.trading.rules import Rules
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.replay import replay
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.errors import ProtocolError
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import (
    FORMAT_VERSION,
    MalformedRecord,
    OrderRecord,
    Record,
    RegisterRecord,
    SessionRecord,
    decode_record,
    encode_record,
    report_length,
)
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered
from tradestack.wire.orders import (
    MESSAGE_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    InvalidOrder,
    decode_client_message,
    decode_server_message,
    encode_message,
)
from tradestack.wire.soup import PAYLOAD_LENGTH_MAX
from tradestack_order_manager.show.order_line import last_order_id, order_line

NOW_NS = 1_795_338_000_123_456_789  # 2026-11-22T09:00:00.123456789Z
HEADER = SessionRecord(
    version=FORMAT_VERSION,
    session="3DAA100000",
    time_ns=NOW_NS,
    next_order_id=12,
    registrations=(),
)
RULES = Rules(
    limits=RiskLimits(total=Limits(max_order_qty=1_000 * SCALE, max_order_age_ns=30_000_000_000)),
    reports_per_session_max=4,
    uid=0,
)
SENDERS = (MemorySender("news"), MemorySender("orders"))
MESSAGES_MAX = 6  # of one input: enough to meet each other, and the end of the session


def order_intake(data: bytes) -> None:
    """Check that messages of two users give the same records in one batch as one by one.

    Each record decodes to itself, and a replay of them gives the same state. A message may be a
    ProtocolError instead.
    """
    received = [
        Received(SENDERS[index % 2], NOW_NS + index, line, message)
        for index, line in enumerate(data.split(b"\n")[:MESSAGES_MAX])
        if (message := _understood(line)) is not None
    ]
    state, payloads = _settle(received, together=True)
    _, payloads_one_by_one = _settle(received, together=False)
    assert payloads_one_by_one == payloads
    replayed = SessionState(HEADER)
    offset = 0
    for payload in payloads:
        replay(replayed, [(offset, payload)])
        offset += len(payload)
    assert state_of(replayed) == state_of(state)


def order_requests(data: bytes) -> None:
    """Check that a client's message encodes to itself, or is refused in one line."""
    _understood(data)


def order_reports(data: bytes) -> None:
    """Check that a server's message encodes to itself, or is a ProtocolError of one line."""
    try:
        message = decode_server_message(data)
    except ProtocolError as error:
        assert_one_line(str(error))
        return
    assert decode_server_message(encode_message(message)) == message


def _understood(line: bytes) -> Order | Register | Malformed | None:
    """Return what `judge` takes; requests about orders are only decoded."""
    try:
        message = decode_client_message(line)
    except InvalidOrder as refusal:
        assert_one_line(refusal.text, TEXT_LENGTH_MAX)
        assert_one_line(refusal.cl_ord_id, 64)
        return Malformed(refusal.text, refusal.cl_ord_id, refusal.msg_type)
    except ProtocolError as error:
        assert_one_line(str(error))
        return None
    assert decode_client_message(encode_message(message)) == message
    return message if isinstance(message, Order | Register) else None


def _settle(received: Sequence[Received], *, together: bool) -> tuple[SessionState, list[bytes]]:
    """Return the state after these messages, and the journal's payloads."""
    state = SessionState(HEADER)
    payloads: list[bytes] = []
    offset = 0
    for items in [received] if together else [[item] for item in received]:
        known = KnownOrders(state, partial(_read_record, payloads))
        batch = judge(known, items, RULES, None, NOW_NS)
        if together:
            _check_batch(batch)
        offsets = []
        for payload in batch.records:
            offsets.append(offset)
            offset += len(payload)
        commit(state, batch.judged, offsets)
        payloads += batch.records
    return state, payloads


def _read_record(payloads: Sequence[bytes], offset: int, length: int) -> Record:
    return decode_record(b"".join(payloads)[offset : offset + length])


def _check_batch(batch: Batch) -> None:
    for judged in batch.judged:
        record = decode_record(judged.record)
        assert decode_record(encode_record(record)) == record
        assert b"\n" not in judged.record
        assert not isinstance(judged, JudgedRequest | JudgedAct)
        assert isinstance(record, OrderRecord | MalformedRecord | RegisterRecord | ExecutionRecord)
        report = judged.record[-1 - judged.report_length : -1]
        assert judged.report_length == report_length(judged.record)
        assert report == encode_message(record.report)
        assert len(report) <= PAYLOAD_LENGTH_MAX
        if isinstance(judged, JudgedOrder):
            assert isinstance(record, OrderRecord)
            assert record.order == judged.order
            received = judged.received
            user, time_ns = received.sender.user, received.time_ns
            line = order_line(judged.order, judged.order_id, user, time_ns, judged.reason)
            assert_one_line(line[:-1].decode("ascii"))
            assert last_order_id(line) == judged.order_id == record.report.order_id


def state_of(state: SessionState) -> tuple[object, ...]:
    """Return what two states have in common if they are the same."""
    ranges = {
        user: [*map(found.__getitem__, range(len(found)))] for user, found in state.reports.items()
    }
    return (ranges, state.next_order_id, state.order_ids, state.counters, state.registrations)


ORDER = Order(
    cl_ord_id="news-1",
    symbol="SPY",
    side=Side.BUY,
    quantity=parse_fixed("10.5"),
    ord_type=OrdType.MARKET,
    time_in_force=TimeInForce.IOC,
    transact_time_ns=NOW_NS,
    feed_session="3DAA200000",
    feed_seq=812,
    event_time_ns=NOW_NS - 2,
    feed_price=parse_fixed("168.2"),
    signal_time_ns=NOW_NS - 1,
    signal_name="news",
    signal_value=parse_fixed("-85.48"),
    reference_price=parse_fixed("168.23"),
    reference_price_age_ns=-1,
)
LIMIT_ORDER = Order(
    cl_ord_id="o",
    symbol="IBM",
    side=Side.SELL,
    quantity=parse_fixed("1"),
    ord_type=OrdType.LIMIT,
    price=parse_fixed("99.5"),
    time_in_force=TimeInForce.GTC,
)
REGISTER = Register(
    request_id="r1",
    instance="news",
    config_hash="c0ffee",
    feed_session="3DAA200000",
    head=100,
    start=Start.SESSION,
)
REPORTS = (
    ExecutionReport(
        order_id=12,
        cl_ord_id="news-1",
        exec_id="3DAA100000-1",
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        symbol="SPY",
        side=Side.BUY,
        quantity=parse_fixed("10"),
        reject_reason=OrdRejReason.STALE_ORDER,
        text="signal is 31.000 s old",
        transact_time_ns=NOW_NS,
    ),
    Registered(request_id="r1", feed_session="3DAA200000", from_seq=101),
    BusinessMessageReject(
        ref_msg_type="NewOrderSingle",
        business_reject_ref_id="news-1",
        business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
        text="orders cannot be journalled",
    ),
    *EXECUTIONS,
    MATCHED_THROUGH,
)


def _client_seeds() -> Sequence[bytes]:
    order, limit, register = (encode_message(message) for message in (ORDER, LIMIT_ORDER, REGISTER))
    return [
        b"\n".join([order, order, limit, limit, register, register]),
        b"\n".join([order, order.replace(b"SPY", b"AIG"), b"", order.replace(b"SPY", b"AIG")]),
        b"\n".join([register, b"{}", register, register.replace(b"c0ffee", b"tea")]),
        b'{"ClOrdID":"x","Price":1e3,"MsgType":"\\ud83d\\ude00"}',
        limit.replace(b"GTC", b"FOK").replace(b"99.5", b"0"),
        b"\n".join(map(encode_message, ORDER_REQUESTS)),
        b"\n".join(map(encode_message, UNSEQUENCED_REQUESTS)),
    ]


def _request_seeds() -> Sequence[bytes]:
    messages = (ORDER, LIMIT_ORDER, REGISTER, *ORDER_REQUESTS, *UNSEQUENCED_REQUESTS)
    return [encode_message(message) for message in messages]


def _server_seeds() -> Sequence[bytes]:
    return [encode_message(report) for report in REPORTS]


TARGETS = (
    Target("order_intake", order_intake, _client_seeds, length_max=MESSAGE_LENGTH_MAX),
    Target("order_requests", order_requests, _request_seeds, length_max=2_048),
    Target("order_reports", order_reports, _server_seeds, length_max=2_048),
)
