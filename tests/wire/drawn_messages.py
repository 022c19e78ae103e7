"""Messages of all kinds with any values that their fields have, the bounds often among them."""

from hypothesis import strategies as st

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.order import (
    PRICE_MAX,
    QUANTITY_MAX,
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
    Start,
    TimeInForce,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
)
from tradestack.wire.order_messages import (
    SEQUENCE_MAX,
    TIME_NS_MAX,
    BusinessMessageReject,
    MatchedThrough,
    Progress,
    Register,
    Registered,
)
from tradestack.wire.order_texts import LONG_DECIMAL_MAX

VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)


def visible(length_max: int) -> st.SearchStrategy[str]:
    """Texts of printable ASCII characters, quotes and backslashes among them."""
    return st.text(VISIBLE | st.sampled_from('"\\'), min_size=1, max_size=length_max)


def between(least: int, most: int) -> st.SearchStrategy[int]:
    """Draw integers, both bounds included and often drawn."""
    return st.sampled_from([least, most]) | st.integers(least, most)


times = between(0, TIME_NS_MAX)
session_ids = st.text("0123456789ABCXYZ", min_size=10, max_size=10)
orders = st.builds(
    Order,
    cl_ord_id=visible(64),
    symbol=visible(12),
    side=st.sampled_from(Side),
    quantity=between(0, QUANTITY_MAX),
    ord_type=st.sampled_from(OrdType),
    time_in_force=st.sampled_from(TimeInForce),
    price=st.none() | between(0, PRICE_MAX),
    transact_time_ns=st.none() | times,
    feed_session=st.none() | session_ids,
    feed_seq=st.none() | between(0, SEQUENCE_MAX),
    event_time_ns=st.none() | times,
    feed_price=st.none() | between(-PRICE_MAX, PRICE_MAX),
    signal_time_ns=st.none() | times,
    signal_name=st.none() | visible(32),
    signal_label=st.none() | visible(32),
    signal_value=st.none() | between(-PRICE_MAX, PRICE_MAX),
    reference_price=st.none() | between(-PRICE_MAX, PRICE_MAX),
    reference_price_age_ns=st.none() | between(-TIME_NS_MAX, TIME_NS_MAX),
)
registers = st.builds(
    Register,
    request_id=visible(32),
    instance=visible(32),
    config_hash=visible(32),
    feed_session=session_ids,
    head=between(0, SEQUENCE_MAX - 1),
    start=st.sampled_from(Start),
    interactive=st.booleans(),
)
sequences = between(0, SEQUENCE_MAX)
quantities = between(0, QUANTITY_MAX)
money = between(-LONG_DECIMAL_MAX, LONG_DECIMAL_MAX)
places = {
    "feed_session": st.none() | session_ids,
    "feed_seq": st.none() | sequences,
}
requests = st.one_of(
    st.builds(
        OrderCancelRequest,
        cl_ord_id=visible(64),
        orig_cl_ord_id=visible(64),
        transact_time_ns=st.none() | times,
        **places,
    ),
    st.builds(
        OrderCancelReplaceRequest,
        cl_ord_id=visible(64),
        orig_cl_ord_id=visible(64),
        quantity=quantities,
        price=st.none() | quantities,
        transact_time_ns=st.none() | times,
        **places,
    ),
    st.builds(
        OrderMassCancelRequest,
        cl_ord_id=visible(64),
        request_type=st.just(MassCancelRequestType.SYMBOL),
        symbol=visible(24),
        transact_time_ns=st.none() | times,
        **places,
    ),
    st.builds(
        OrderMassCancelRequest,
        cl_ord_id=visible(64),
        request_type=st.just(MassCancelRequestType.ALL),
        **places,
    ),
)
status_requests = st.builds(
    OrderStatusRequest, cl_ord_id=visible(64), request_id=st.none() | visible(32)
)
progress = st.builds(Progress, feed_session=session_ids, feed_seq=sequences)
client_messages = st.one_of(orders, registers, requests, status_requests, progress)

made = {**places, "visible_time_ns": st.none() | times}
executions = st.builds(
    ExecutionReport,
    order_id=st.none() | between(1, 2**62),
    cl_ord_id=st.just("") | visible(64),
    orig_cl_ord_id=st.none() | visible(64),
    exec_id=visible(32),
    exec_type=st.sampled_from(ExecType),
    ord_status=st.sampled_from(OrdStatus),
    symbol=st.none() | visible(24),
    side=st.none() | st.sampled_from(Side),
    quantity=st.none() | quantities,
    price=st.none() | quantities,
    last_quantity=st.none() | quantities,
    last_price=st.none() | money,
    cum_quantity=st.none() | quantities,
    leaves_quantity=st.none() | quantities,
    average_price=st.none() | money,
    commission=st.none() | money,
    reject_reason=st.none() | st.sampled_from(OrdRejReason),
    restatement_reason=st.none() | st.sampled_from(ExecRestatementReason),
    status_request_id=st.none() | visible(32),
    ref_msg_type=st.none() | st.just("") | visible(32),
    text=st.none() | st.text(max_size=30),
    transact_time_ns=times,
    **made,
)
cancel_rejects = st.builds(
    OrderCancelReject,
    order_id=st.none() | between(1, 2**62),
    cl_ord_id=visible(64),
    orig_cl_ord_id=visible(64),
    ord_status=st.sampled_from(OrdStatus),
    response_to=st.sampled_from(CxlRejResponseTo),
    reject_reason=st.sampled_from(CxlRejReason),
    text=st.none() | st.text(max_size=30),
    transact_time_ns=times,
    **made,
)
mass_cancel_reports = st.builds(
    OrderMassCancelReport,
    cl_ord_id=visible(64),
    request_type=st.sampled_from(MassCancelRequestType),
    symbol=st.none() | visible(24),
    affected_count=sequences,
    transact_time_ns=times,
    **made,
)
reports = st.one_of(executions, cancel_rejects, mass_cancel_reports)
server_messages = st.one_of(
    reports,
    st.builds(Registered, request_id=visible(32), feed_session=session_ids, from_seq=sequences),
    st.builds(MatchedThrough, feed_session=session_ids, feed_seq=sequences, reports=sequences),
    st.builds(
        BusinessMessageReject,
        ref_msg_type=visible(32),
        business_reject_ref_id=visible(64),
        business_reject_reason=st.sampled_from(BusinessRejectReason),
        text=st.text(max_size=30),
    ),
)
