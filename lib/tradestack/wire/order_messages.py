"""Order messages as they travel: FIX's names in JSON, snake_case in Python.

    client → server (unsequenced)   NewOrderSingle, OrderCancelRequest, OrderCancelReplaceRequest,
                                    OrderMassCancelRequest, OrderStatusRequest, Register, Progress
    server → client (sequenced)     ExecutionReport, OrderCancelReject, OrderMassCancelReport,
                                    Registered
    server → client (unsequenced)   MatchedThrough, BusinessMessageReject, and the ExecutionReport
                                    that answers an OrderStatusRequest

Decimal numbers are strings, times are integers, ns since the Unix epoch. Unknown fields of a client
are refused: a misspelt one must not be lost in silence. order_texts.py has the texts that a field
accepts. Outside of wire/ a NewOrderSingle is an Order, and a message whose name ends in Message is
the value of domain/ that is called the same without it, both in integers: orders.py, requests.py
and reports.py convert.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from tradestack.domain.order import (
    BusinessRejectReason,
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    Start,
    TimeInForce,
)
from tradestack.domain.times import FEED_TIME_NS_MAX, FEED_TIME_NS_MIN

TIME_NS_MAX = 2**63 - 1
SEQUENCE_MAX = 2**53  # exact in every JSON reader

Time = Annotated[int, Meta(ge=0, le=TIME_NS_MAX)]
FeedTime = Annotated[int, Meta(ge=FEED_TIME_NS_MIN, le=FEED_TIME_NS_MAX)]  # by the source's clock
Age = Annotated[int, Meta(ge=-TIME_NS_MAX, le=TIME_NS_MAX)]  # an int without bounds has no encoding
Sequence = Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)]
Count = Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)]
Head = Annotated[int, Meta(ge=0, le=SEQUENCE_MAX - 1)]  # FromSeq may be the number after it


def fix_name(field: str) -> str:
    """Field → its name in JSON: cl_ord_id → ClOrdID, transact_time_ns → TransactTime."""
    words = field.removesuffix("_ns").split("_")
    return "".join("ID" if word == "id" else word.capitalize() for word in words)


class _Message(msgspec.Struct, frozen=True, gc=False, tag_field="MsgType", rename=fix_name):
    """A message in JSON; "MsgType" names its kind."""


class NewOrderSingle(
    _Message,
    frozen=True,
    tag="NewOrderSingle",
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """FIX D; the fields are those of domain.order.Order."""

    cl_ord_id: str
    symbol: str
    side: Side
    order_qty: str
    ord_type: OrdType
    price: str | None = None
    time_in_force: TimeInForce
    transact_time_ns: Time | None = None
    feed_session: str | None = None
    feed_seq: Sequence | None = None
    event_time_ns: FeedTime | None = None
    feed_px: str | None = None
    signal_time_ns: Time | None = None
    signal_name: str | None = None
    signal_label: str | None = None
    signal_value: str | None = None
    reference_px: str | None = None
    reference_px_age_ns: Age | None = None


class _Request(_Message, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request of a client about something that was sent before."""


class OrderCancelRequestMessage(_Request, frozen=True, tag="OrderCancelRequest", kw_only=True):
    """FIX F."""

    cl_ord_id: str
    orig_cl_ord_id: str
    transact_time_ns: Time | None = None
    feed_session: str | None = None
    feed_seq: Sequence | None = None


class OrderCancelReplaceRequestMessage(
    _Request, frozen=True, tag="OrderCancelReplaceRequest", kw_only=True
):
    """FIX G."""

    cl_ord_id: str
    orig_cl_ord_id: str
    order_qty: str
    price: str | None = None
    transact_time_ns: Time | None = None
    feed_session: str | None = None
    feed_seq: Sequence | None = None


class OrderMassCancelRequestMessage(
    _Request, frozen=True, tag="OrderMassCancelRequest", kw_only=True
):
    """FIX q."""

    cl_ord_id: str
    mass_cancel_request_type: MassCancelRequestType
    symbol: str | None = None
    transact_time_ns: Time | None = None
    feed_session: str | None = None
    feed_seq: Sequence | None = None


class OrderStatusRequestMessage(_Request, frozen=True, tag="OrderStatusRequest", kw_only=True):
    """FIX H."""

    cl_ord_id: str
    ord_status_req_id: str | None = None


class Register(_Request, frozen=True, tag="Register", kw_only=True):
    """Request of a strategy for the feed message from which its orders count (PROTOCOL.md §3)."""

    request_id: str
    instance: str
    config_hash: str
    feed_session: str
    head: Head  # number of the newest message of that session when it asked, 0 = none
    start: Start
    interactive: bool = False  # the strategy reads its reports


class Progress(_Message, frozen=True, tag="Progress", kw_only=True, forbid_unknown_fields=True):
    """Feed messages up to that number are handled, and the requests that they caused are sent."""

    feed_session: str
    feed_seq: Sequence


class MatchedThrough(_Message, frozen=True, tag="MatchedThrough", kw_only=True):
    """The user's orders have met the feed messages up to that number.

    reports: how many messages the user's stream had then; it counts for a client that has them all.
    """

    feed_session: str
    feed_seq: Sequence
    reports: Count


class Registered(_Message, frozen=True, tag="Registered", kw_only=True, omit_defaults=True):
    """The answer to Register, in the user's report stream.

    order_sessions: the earlier ones in which the user traded in that feed session, oldest first;
    order_sessions_forgotten: how many there are before these. first_seq: from_seq for a client that
    has the reports of all of them; None: the same.
    """

    request_id: str
    feed_session: str
    from_seq: Sequence
    first_seq: Sequence | None = None
    order_sessions: tuple[str, ...] = ()
    order_sessions_forgotten: Count = 0


class ExecutionReportMessage(
    _Message, frozen=True, tag="ExecutionReport", kw_only=True, omit_defaults=True
):
    """FIX 8; the fields are those of domain.execution_report.ExecutionReport."""

    order_id: int | None = None
    cl_ord_id: str
    orig_cl_ord_id: str | None = None
    exec_id: str
    exec_type: ExecType
    ord_status: OrdStatus
    symbol: str | None = None
    side: Side | None = None
    order_qty: str | None = None
    price: str | None = None
    last_qty: str | None = None
    last_px: str | None = None
    cum_qty: str | None = None
    leaves_qty: str | None = None
    avg_px: str | None = None
    commission: str | None = None
    ord_rej_reason: OrdRejReason | None = None
    exec_restatement_reason: ExecRestatementReason | None = None
    ord_status_req_id: str | None = None
    ref_msg_type: str | None = None
    text: str | None = None
    transact_time_ns: Time
    feed_session: str | None = None
    feed_seq: Sequence | None = None
    visible_time_ns: FeedTime | None = None


class OrderCancelRejectMessage(
    _Message, frozen=True, tag="OrderCancelReject", kw_only=True, omit_defaults=True
):
    """FIX 9; the fields are those of domain.execution_report.OrderCancelReject."""

    order_id: int | None = None
    cl_ord_id: str
    orig_cl_ord_id: str
    ord_status: OrdStatus
    cxl_rej_response_to: CxlRejResponseTo
    cxl_rej_reason: CxlRejReason
    text: str | None = None
    transact_time_ns: Time
    feed_session: str | None = None
    feed_seq: Sequence | None = None
    visible_time_ns: FeedTime | None = None


class OrderMassCancelReportMessage(
    _Message, frozen=True, tag="OrderMassCancelReport", kw_only=True, omit_defaults=True
):
    """FIX r; the fields are those of domain.execution_report.OrderMassCancelReport."""

    cl_ord_id: str
    mass_cancel_request_type: MassCancelRequestType
    symbol: str | None = None
    total_affected_orders: Count
    transact_time_ns: Time
    feed_session: str | None = None
    feed_seq: Sequence | None = None
    visible_time_ns: FeedTime | None = None


class BusinessMessageReject(_Message, frozen=True, tag="BusinessMessageReject", kw_only=True):
    """FIX j: the server could not take the message; nothing is remembered, it may be sent again."""

    ref_msg_type: str  # 372
    business_reject_ref_id: str  # 379: the ClOrdID or RequestID
    business_reject_reason: BusinessRejectReason  # 380
    text: str  # 58
