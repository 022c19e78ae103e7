"""Requests about orders, and reports on what became of them, beside their JSON."""

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
    OrdRejReason,
    OrdStatus,
    Side,
    Start,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
)
from tradestack.wire.order_messages import MatchedThrough, Progress, Register
from tradestack.wire.orders import ClientMessage, ServerMessage

GOLDEN_REQUESTS: list[tuple[ClientMessage, str]] = [
    (
        OrderCancelRequest(cl_ord_id="c", orig_cl_ord_id="news-1"),
        '{"MsgType":"OrderCancelRequest","ClOrdID":"c","OrigClOrdID":"news-1"}',
    ),
    (
        OrderCancelReplaceRequest(
            cl_ord_id="r",
            orig_cl_ord_id="news-1",
            quantity=12 * SCALE,
            price=parse_fixed("168.25"),
            transact_time_ns=1,
            feed_session="0ABCDE1234",
            feed_seq=813,
        ),
        '{"MsgType":"OrderCancelReplaceRequest","ClOrdID":"r","OrigClOrdID":"news-1",'
        '"OrderQty":"12","Price":"168.25","TransactTime":1,"FeedSession":"0ABCDE1234",'
        '"FeedSeq":813}',
    ),
    (
        OrderMassCancelRequest(
            cl_ord_id="m", request_type=MassCancelRequestType.SYMBOL, symbol="SPY"
        ),
        '{"MsgType":"OrderMassCancelRequest","ClOrdID":"m","MassCancelRequestType":"SYMBOL",'
        '"Symbol":"SPY"}',
    ),
    (
        OrderMassCancelRequest(cl_ord_id="m", request_type=MassCancelRequestType.ALL),
        '{"MsgType":"OrderMassCancelRequest","ClOrdID":"m","MassCancelRequestType":"ALL"}',
    ),
    (
        OrderStatusRequest(cl_ord_id="news-1", request_id="7"),
        '{"MsgType":"OrderStatusRequest","ClOrdID":"news-1","OrdStatusReqID":"7"}',
    ),
    (
        Register(
            request_id="r",
            instance="news",
            config_hash="c0ffee",
            feed_session="0ABCDE1234",
            head=5,
            start=Start.NOW,
            interactive=True,
        ),
        '{"MsgType":"Register","RequestID":"r","Instance":"news","ConfigHash":"c0ffee",'
        '"FeedSession":"0ABCDE1234","Head":5,"Start":"now","Interactive":true}',
    ),
    (
        Progress(feed_session="0ABCDE1234", feed_seq=812),
        '{"MsgType":"Progress","FeedSession":"0ABCDE1234","FeedSeq":812}',
    ),
]
GOLDEN_REPORTS: list[tuple[ServerMessage, str]] = [
    (
        ExecutionReport(
            order_id=12,
            cl_ord_id="news-1",
            exec_id="E2",
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.PARTIALLY_FILLED,
            symbol="SPY",
            side=Side.BUY,
            quantity=10 * SCALE,
            last_quantity=4 * SCALE,
            last_price=-(2**63),
            cum_quantity=4 * SCALE,
            leaves_quantity=6 * SCALE,
            average_price=parse_fixed("92233720368.54775807"),
            commission=parse_fixed("-0.005"),
            transact_time_ns=1,
            feed_session="0ABCDE1234",
            feed_seq=813,
            visible_time_ns=2,
        ),
        '{"MsgType":"ExecutionReport","OrderID":12,"ClOrdID":"news-1","ExecID":"E2",'
        '"ExecType":"TRADE","OrdStatus":"PARTIALLY_FILLED","Symbol":"SPY","Side":"BUY",'
        '"OrderQty":"10","LastQty":"4","LastPx":"-92233720368.54775808","CumQty":"4",'
        '"LeavesQty":"6","AvgPx":"92233720368.54775807","Commission":"-0.005","TransactTime":1,'
        '"FeedSession":"0ABCDE1234","FeedSeq":813,"VisibleTime":2}',
    ),
    (
        ExecutionReport(
            order_id=12,
            cl_ord_id="r",
            orig_cl_ord_id="news-1",
            exec_id="E3",
            exec_type=ExecType.REPLACED,
            ord_status=OrdStatus.PARTIALLY_FILLED,
            quantity=12 * SCALE,
            price=parse_fixed("168.25"),
            restatement_reason=ExecRestatementReason.OTHER,
            transact_time_ns=1,
        ),
        '{"MsgType":"ExecutionReport","OrderID":12,"ClOrdID":"r","OrigClOrdID":"news-1",'
        '"ExecID":"E3","ExecType":"REPLACED","OrdStatus":"PARTIALLY_FILLED","OrderQty":"12",'
        '"Price":"168.25","ExecRestatementReason":"OTHER","TransactTime":1}',
    ),
    (
        ExecutionReport(
            cl_ord_id="x",
            exec_id="0",
            exec_type=ExecType.ORDER_STATUS,
            ord_status=OrdStatus.REJECTED,
            reject_reason=OrdRejReason.UNKNOWN_ORDER,
            status_request_id="7",
            transact_time_ns=1,
        ),
        '{"MsgType":"ExecutionReport","ClOrdID":"x","ExecID":"0","ExecType":"ORDER_STATUS",'
        '"OrdStatus":"REJECTED","OrdRejReason":"UNKNOWN_ORDER","OrdStatusReqID":"7",'
        '"TransactTime":1}',
    ),
    (
        OrderCancelReject(
            order_id=None,
            cl_ord_id="c",
            orig_cl_ord_id="x",
            ord_status=OrdStatus.REJECTED,
            response_to=CxlRejResponseTo.CANCEL,
            reject_reason=CxlRejReason.UNKNOWN_ORDER,
            transact_time_ns=1,
        ),
        '{"MsgType":"OrderCancelReject","ClOrdID":"c","OrigClOrdID":"x","OrdStatus":"REJECTED",'
        '"CxlRejResponseTo":"CANCEL","CxlRejReason":"UNKNOWN_ORDER","TransactTime":1}',
    ),
    (
        OrderMassCancelReport(
            cl_ord_id="m",
            request_type=MassCancelRequestType.ALL,
            affected_count=2,
            transact_time_ns=1,
            feed_session="0ABCDE1234",
            feed_seq=813,
            visible_time_ns=2,
        ),
        '{"MsgType":"OrderMassCancelReport","ClOrdID":"m","MassCancelRequestType":"ALL",'
        '"TotalAffectedOrders":2,"TransactTime":1,"FeedSession":"0ABCDE1234","FeedSeq":813,'
        '"VisibleTime":2}',
    ),
    (
        MatchedThrough(feed_session="0ABCDE1234", feed_seq=812, reports=31),
        '{"MsgType":"MatchedThrough","FeedSession":"0ABCDE1234","FeedSeq":812,"Reports":31}',
    ),
]
