"""Messages of the order protocol beside their JSON, as it was published."""

import json

import msgspec

from tests.wire.golden_execution import GOLDEN_REPORTS, GOLDEN_REQUESTS
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
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered
from tradestack.wire.orders import ClientMessage, ServerMessage

ORDER = Order(
    cl_ord_id="news-1",
    symbol="SPY",
    side=Side.BUY,
    quantity=10 * SCALE,
    ord_type=OrdType.MARKET,
    time_in_force=TimeInForce.IOC,
)
GOLDEN: list[tuple[ClientMessage | ServerMessage, str]] = [
    (
        ORDER,
        '{"MsgType":"NewOrderSingle","ClOrdID":"news-1","Symbol":"SPY","Side":"BUY","OrderQty":"10",'
        '"OrdType":"MARKET","TimeInForce":"IOC"}',
    ),
    (
        msgspec.structs.replace(
            ORDER,
            ord_type=OrdType.LIMIT,
            price=parse_fixed("168.5"),
            time_in_force=TimeInForce.DAY,
            transact_time_ns=1,
            feed_session="0ABCDE1234",
            feed_seq=812,
            event_time_ns=4,
            feed_price=parse_fixed("168.2"),
            signal_time_ns=2,
            signal_name="news",
            signal_label="sentiment",
            signal_value=parse_fixed("85.48"),
            reference_price=parse_fixed("168.23"),
            reference_price_age_ns=-3,
        ),
        '{"MsgType":"NewOrderSingle","ClOrdID":"news-1","Symbol":"SPY","Side":"BUY","OrderQty":"10",'
        '"OrdType":"LIMIT","Price":"168.5","TimeInForce":"DAY","TransactTime":1,'
        '"FeedSession":"0ABCDE1234","FeedSeq":812,"EventTime":4,"FeedPx":"168.2",'
        '"SignalTime":2,"SignalName":"news",'
        '"SignalLabel":"sentiment","SignalValue":"85.48","ReferencePx":"168.23","ReferencePxAge":-3}',
    ),
    (
        Register(
            request_id="r",
            instance="news",
            config_hash="c0ffee",
            feed_session="0ABCDE1234",
            head=5,
            start=Start.SESSION,
        ),
        '{"MsgType":"Register","RequestID":"r","Instance":"news","ConfigHash":"c0ffee",'
        '"FeedSession":"0ABCDE1234","Head":5,"Start":"session"}',
    ),
    (
        Registered(request_id="r", feed_session="0ABCDE1234", from_seq=6),
        '{"MsgType":"Registered","RequestID":"r","FeedSession":"0ABCDE1234","FromSeq":6}',
    ),
    (
        Registered(
            request_id="r",
            feed_session="0ABCDE1234",
            from_seq=6,
            first_seq=2,
            order_sessions=("3DAA100000", "3DAA100001"),
            order_sessions_forgotten=1,
        ),
        '{"MsgType":"Registered","RequestID":"r","FeedSession":"0ABCDE1234","FromSeq":6,'
        '"FirstSeq":2,"OrderSessions":["3DAA100000","3DAA100001"],"OrderSessionsForgotten":1}',
    ),
    (
        ExecutionReport(
            order_id=12,
            cl_ord_id="news-1",
            exec_id="E1",
            exec_type=ExecType.REJECTED,
            ord_status=OrdStatus.REJECTED,
            symbol="SPY",
            side=Side.BUY,
            quantity=10 * SCALE,
            reject_reason=OrdRejReason.UNKNOWN_SYMBOL,
            text="no such symbol",
            transact_time_ns=1,
        ),
        '{"MsgType":"ExecutionReport","OrderID":12,"ClOrdID":"news-1","ExecID":"E1",'
        '"ExecType":"REJECTED","OrdStatus":"REJECTED","Symbol":"SPY","Side":"BUY","OrderQty":"10",'
        '"OrdRejReason":"UNKNOWN_SYMBOL","Text":"no such symbol","TransactTime":1}',
    ),
    (
        BusinessMessageReject(
            ref_msg_type="NewOrderSingle",
            business_reject_ref_id="news-1",
            business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
            text="disk full",
        ),
        '{"MsgType":"BusinessMessageReject","RefMsgType":"NewOrderSingle",'
        '"BusinessRejectRefID":"news-1","BusinessRejectReason":"APPLICATION_NOT_AVAILABLE",'
        '"Text":"disk full"}',
    ),
]

GOLDEN += [*GOLDEN_REQUESTS, *GOLDEN_REPORTS]


def changed(**fields: object) -> bytes:
    """Return the golden order with these fields; None removes a field."""
    order = json.loads(GOLDEN[1][1]) | fields
    return json.dumps({name: v for name, v in order.items() if v is not None}).encode()
