"""Messages ⇄ values: no field is lost, none has another meaning."""

import pytest

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import FIXED_MAX, SCALE
from tradestack.domain.order import (
    BusinessRejectReason,
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    Order,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)
from tradestack.domain.requests import OrderMassCancelRequest, OrderStatusRequest
from tradestack.wire.order_messages import BusinessMessageReject, MatchedThrough
from tradestack_grpc.order_forms import InvalidMessage, message_to_value, value_to_message
from tradestack_grpc.protocol import tradestack_pb2 as pb

SESSION = "0ABCDE1234"
REPORT = ExecutionReport(
    order_id=7,
    cl_ord_id="a",
    orig_cl_ord_id="b",
    exec_id="e",
    exec_type=ExecType.RESTATED,
    ord_status=OrdStatus.PARTIALLY_FILLED,
    symbol="SPY",
    side=Side.SELL,
    quantity=1,
    price=2,
    last_quantity=3,
    last_price=4,
    cum_quantity=5,
    leaves_quantity=0,
    average_price=-7,
    commission=8,
    reject_reason=OrdRejReason.OTHER,
    restatement_reason=ExecRestatementReason.RENEWAL,
    status_request_id="s",
    ref_msg_type="m",
    text="t",
    transact_time_ns=9,
    feed_session=SESSION,
    feed_seq=10,
    visible_time_ns=-11,
)


def test_every_field_of_a_report_arrives() -> None:
    """Also zero and numbers below it, which are not the same as a field that is not set."""
    assert value_to_message(REPORT) == pb.ReportMessage(
        execution_report=pb.ExecutionReport(
            order_id=7,
            cl_ord_id="a",
            orig_cl_ord_id="b",
            exec_id="e",
            exec_type=pb.EXEC_TYPE_RESTATED,
            ord_status=pb.ORD_STATUS_PARTIALLY_FILLED,
            symbol="SPY",
            side=pb.SIDE_SELL,
            order_qty=1,
            price=2,
            last_qty=3,
            last_px=4,
            cum_qty=5,
            leaves_qty=0,
            avg_px=-7,
            commission=8,
            ord_rej_reason=pb.ORD_REJ_REASON_OTHER,
            exec_restatement_reason=pb.EXEC_RESTATEMENT_REASON_RENEWAL,
            ord_status_req_id="s",
            ref_msg_type="m",
            text="t",
            transact_time_ns=9,
            feed_session=SESSION,
            feed_seq=10,
            visible_time_ns=-11,
        )
    )


def test_a_fee_that_64_bits_do_not_hold_is_not_set() -> None:
    """Rather than another number."""
    message = value_to_message(
        ExecutionReport(
            cl_ord_id="a",
            exec_id="e",
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.FILLED,
            commission=FIXED_MAX + 1,
            last_price=FIXED_MAX,
            transact_time_ns=1,
        )
    ).execution_report

    assert not message.HasField("commission")
    assert not message.HasField("side")
    assert message.last_px == FIXED_MAX


def test_refusals_and_mass_cancels_arrive() -> None:
    """FIX's 9, r and j, and nothing of what only strategies use."""
    reject = OrderCancelReject(
        order_id=None,
        cl_ord_id="a",
        orig_cl_ord_id="b",
        ord_status=OrdStatus.REJECTED,
        response_to=CxlRejResponseTo.REPLACE,
        reject_reason=CxlRejReason.UNKNOWN_ORDER,
        transact_time_ns=1,
    )
    done = OrderMassCancelReport(
        cl_ord_id="a",
        request_type=MassCancelRequestType.SYMBOL,
        symbol="SPY",
        affected_count=0,
        transact_time_ns=1,
    )
    not_taken = BusinessMessageReject(
        ref_msg_type="NewOrderSingle",
        business_reject_ref_id="a",
        business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
        text="t",
    )

    assert value_to_message(reject).order_cancel_reject == pb.OrderCancelReject(
        cl_ord_id="a",
        orig_cl_ord_id="b",
        ord_status=pb.ORD_STATUS_REJECTED,
        cxl_rej_response_to=pb.CXL_REJ_RESPONSE_TO_REPLACE,
        cxl_rej_reason=pb.CXL_REJ_REASON_UNKNOWN_ORDER,
        transact_time_ns=1,
    )
    assert value_to_message(done).order_mass_cancel_report == pb.OrderMassCancelReport(
        cl_ord_id="a",
        mass_cancel_request_type=pb.MASS_CANCEL_REQUEST_TYPE_SYMBOL,
        symbol="SPY",
        total_affected_orders=0,
        transact_time_ns=1,
    )
    assert value_to_message(not_taken).business_message_reject == pb.BusinessMessageReject(
        ref_msg_type="NewOrderSingle",
        business_reject_ref_id="a",
        business_reject_reason=pb.BUSINESS_REJECT_REASON_APPLICATION_NOT_AVAILABLE,
        text="t",
    )
    matched = MatchedThrough(feed_session=SESSION, feed_seq=1, reports=1)
    assert value_to_message(matched).WhichOneof("message") is None


def test_every_field_of_an_order_arrives() -> None:
    """Those that annotate it as well."""
    message = pb.NewOrderSingle(
        cl_ord_id="a",
        symbol="SPY",
        side=pb.SIDE_SELL,
        order_qty=5 * SCALE,
        ord_type=pb.ORD_TYPE_LIMIT,
        time_in_force=pb.TIME_IN_FORCE_GTC,
        price=16_823_000_000,
        transact_time_ns=1,
        feed_session=SESSION,
        feed_seq=2,
        event_time_ns=3,
        feed_px=4,
        signal_time_ns=5,
        signal_name="n",
        signal_label="l",
        signal_value=-6,
        reference_px=7,
        reference_px_age_ns=-8,
    )

    assert message_to_value(pb.OrderMessage(new_order_single=message)) == Order(
        cl_ord_id="a",
        symbol="SPY",
        side=Side.SELL,
        quantity=5 * SCALE,
        ord_type=OrdType.LIMIT,
        time_in_force=TimeInForce.GTC,
        price=16_823_000_000,
        transact_time_ns=1,
        feed_session=SESSION,
        feed_seq=2,
        event_time_ns=3,
        feed_price=4,
        signal_time_ns=5,
        signal_name="n",
        signal_label="l",
        signal_value=-6,
        reference_price=7,
        reference_price_age_ns=-8,
    )


def test_requests_arrive() -> None:
    """With fields that are not set."""
    mass_cancel = pb.OrderMassCancelRequest(
        cl_ord_id="a", mass_cancel_request_type=pb.MASS_CANCEL_REQUEST_TYPE_ALL
    )
    status = pb.OrderStatusRequest(cl_ord_id="a", ord_status_req_id="s")

    assert message_to_value(
        pb.OrderMessage(order_mass_cancel_request=mass_cancel)
    ) == OrderMassCancelRequest(cl_ord_id="a", request_type=MassCancelRequestType.ALL)
    assert message_to_value(pb.OrderMessage(order_status_request=status)) == OrderStatusRequest(
        cl_ord_id="a", request_id="s"
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("side", 0, "side is not set"),
        ("side", 99, "side is not set, or to a word that is not known"),
        ("symbol", "", "$.Symbol"),
        ("symbol", "A B", "$.Symbol"),
        ("cl_ord_id", "", "$.ClOrdID"),
        ("cl_ord_id", "ä", "$.ClOrdID"),
        ("order_qty", 2**63 - 1, "$.OrderQty"),
        ("price", -1, "$.Price"),
        ("feed_session", "x", "$.FeedSession"),
        ("feed_seq", 2**64 - 1, "$.FeedSeq"),
        ("transact_time_ns", -1, "$.TransactTime"),
    ],
)
def test_a_field_that_is_not_allowed_is_named(field: str, value: object, words: str) -> None:
    """Nothing of the message is passed on."""
    order = pb.NewOrderSingle(
        cl_ord_id="a",
        symbol="SPY",
        side=pb.SIDE_BUY,
        order_qty=SCALE,
        ord_type=pb.ORD_TYPE_MARKET,
        time_in_force=pb.TIME_IN_FORCE_IOC,
    )
    setattr(order, field, value)

    with pytest.raises(InvalidMessage) as refused:
        message_to_value(pb.OrderMessage(new_order_single=order))

    assert words in refused.value.text
    assert refused.value.kind == "NewOrderSingle"
