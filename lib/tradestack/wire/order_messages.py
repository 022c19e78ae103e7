"""order messages: FIX's names in JSON, snake_case in Python.

    client → server (unsequenced)   NewOrderSingle, Register
    server → client (sequenced)     ExecutionReport, Registered
    server → client (unsequenced)   BusinessMessageReject

Prices and quantities are decimal strings of at most 10 digits and 8 decimals, times are integers,
ns since the Unix epoch. Unknown fields are refused: a misspelt one must not be lost in silence.
Which texts a field takes: order_texts.py; orders.py reads and writes all of them.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from tradestack.domain.order import (
    BusinessRejectReason,
    ExecType,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    Start,
    TimeInForce,
)

TIME_NS_MAX = 2**63 - 1

Time = Annotated[int, Meta(ge=0, le=TIME_NS_MAX)]
Age = Annotated[int, Meta(ge=-TIME_NS_MAX, le=TIME_NS_MAX)]  # an int without bounds has no encoding
Sequence = Annotated[int, Meta(ge=0, le=2**53)]  # exact in every JSON reader


class NewOrderSingle(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="MsgType",
    tag="NewOrderSingle",
    rename={
        "cl_ord_id": "ClOrdID",
        "symbol": "Symbol",
        "side": "Side",
        "order_qty": "OrderQty",
        "ord_type": "OrdType",
        "price": "Price",
        "time_in_force": "TimeInForce",
        "transact_time_ns": "TransactTime",
        "feed_session": "FeedSession",
        "feed_seq": "FeedSeq",
        "signal_time_ns": "SignalTime",
        "signal_name": "SignalName",
        "signal_value": "SignalValue",
        "reference_px": "ReferencePx",
        "reference_px_age_ns": "ReferencePxAge",
    },
):
    """FIX D. User and the fields down to time_in_force make the order; the rest annotates it."""

    cl_ord_id: str  # 11
    symbol: str  # 55
    side: Side  # 54
    order_qty: str  # 38
    ord_type: OrdType  # 40
    price: str | None = None  # 44, for LIMIT
    time_in_force: TimeInForce  # 59
    transact_time_ns: Time | None = None  # 60, when it was sent
    feed_session: str | None = None  # the feed message that made the signal fire
    feed_seq: Sequence | None = None
    signal_time_ns: Time | None = None  # publish time of that message
    signal_name: str | None = None
    signal_value: str | None = None
    reference_px: str | None = None  # live price from shared memory, when sent
    reference_px_age_ns: Age | None = None  # its age, ns; below 0 where clocks disagree


class Register(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="MsgType",
    tag="Register",
    rename={
        "request_id": "RequestID",
        "instance": "Instance",
        "config_hash": "ConfigHash",
        "feed_session": "FeedSession",
        "head": "Head",
        "start": "Start",
    },
):
    """A strategy asks from which feed message on its orders count (PROTOCOL.md, handshake)."""

    request_id: str
    instance: str
    config_hash: str
    feed_session: str
    head: Sequence  # number of the newest message of that session when it asked
    start: Start


class Registered(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="MsgType",
    tag="Registered",
    rename={"request_id": "RequestID", "feed_session": "FeedSession", "from_seq": "FromSeq"},
):
    """The answer to Register, in the user's report stream."""

    request_id: str
    feed_session: str
    from_seq: Sequence


class ExecutionReport(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    tag_field="MsgType",
    tag="ExecutionReport",
    rename={
        "order_id": "OrderID",
        "cl_ord_id": "ClOrdID",
        "exec_id": "ExecID",
        "exec_type": "ExecType",
        "ord_status": "OrdStatus",
        "symbol": "Symbol",
        "side": "Side",
        "order_qty": "OrderQty",
        "ord_rej_reason": "OrdRejReason",
        "text": "Text",
        "transact_time_ns": "TransactTime",
    },
):
    """FIX 8. order_id is absent, and cl_ord_id may be empty, for what did not parse as an order."""

    order_id: int | None = None  # 37
    cl_ord_id: str  # 11
    exec_id: str  # 17, unique within the order session
    exec_type: ExecType  # 150
    ord_status: OrdStatus  # 39
    symbol: str | None = None  # 55
    side: Side | None = None  # 54
    order_qty: str | None = None  # 38
    ord_rej_reason: OrdRejReason | None = None  # 103
    text: str | None = None  # 58
    transact_time_ns: Time  # 60, when it was received


class BusinessMessageReject(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="MsgType",
    tag="BusinessMessageReject",
    rename={
        "ref_msg_type": "RefMsgType",
        "business_reject_ref_id": "BusinessRejectRefID",
        "business_reject_reason": "BusinessRejectReason",
        "text": "Text",
    },
):
    """FIX j: the server could not take the message; nothing is remembered, it may be sent again."""

    ref_msg_type: str  # 372
    business_reject_ref_id: str  # 379: the ClOrdID or RequestID
    business_reject_reason: BusinessRejectReason  # 380
    text: str  # 58


ClientMessage = NewOrderSingle | Register
ServerMessage = ExecutionReport | Registered | BusinessMessageReject
