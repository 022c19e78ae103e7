from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TickKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TICK_KIND_UNSPECIFIED: _ClassVar[TickKind]
    TICK_KIND_PRICE: _ClassVar[TickKind]
    TICK_KIND_NEWS: _ClassVar[TickKind]

class Aggressor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGGRESSOR_UNKNOWN: _ClassVar[Aggressor]
    AGGRESSOR_BUYER: _ClassVar[Aggressor]
    AGGRESSOR_SELLER: _ClassVar[Aggressor]

class SessionEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_END_UNSPECIFIED: _ClassVar[SessionEnd]
    SESSION_END_COMPLETE: _ClassVar[SessionEnd]
    SESSION_END_NOT_AVAILABLE: _ClassVar[SessionEnd]

class Side(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SIDE_UNSPECIFIED: _ClassVar[Side]
    SIDE_BUY: _ClassVar[Side]
    SIDE_SELL: _ClassVar[Side]

class OrdType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORD_TYPE_UNSPECIFIED: _ClassVar[OrdType]
    ORD_TYPE_MARKET: _ClassVar[OrdType]
    ORD_TYPE_LIMIT: _ClassVar[OrdType]

class TimeInForce(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIME_IN_FORCE_UNSPECIFIED: _ClassVar[TimeInForce]
    TIME_IN_FORCE_DAY: _ClassVar[TimeInForce]
    TIME_IN_FORCE_GTC: _ClassVar[TimeInForce]
    TIME_IN_FORCE_IOC: _ClassVar[TimeInForce]
    TIME_IN_FORCE_FOK: _ClassVar[TimeInForce]

class ExecType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXEC_TYPE_UNSPECIFIED: _ClassVar[ExecType]
    EXEC_TYPE_NEW: _ClassVar[ExecType]
    EXEC_TYPE_TRADE: _ClassVar[ExecType]
    EXEC_TYPE_CANCELED: _ClassVar[ExecType]
    EXEC_TYPE_REPLACED: _ClassVar[ExecType]
    EXEC_TYPE_EXPIRED: _ClassVar[ExecType]
    EXEC_TYPE_REJECTED: _ClassVar[ExecType]
    EXEC_TYPE_RESTATED: _ClassVar[ExecType]
    EXEC_TYPE_ORDER_STATUS: _ClassVar[ExecType]

class OrdStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORD_STATUS_UNSPECIFIED: _ClassVar[OrdStatus]
    ORD_STATUS_NEW: _ClassVar[OrdStatus]
    ORD_STATUS_PARTIALLY_FILLED: _ClassVar[OrdStatus]
    ORD_STATUS_FILLED: _ClassVar[OrdStatus]
    ORD_STATUS_CANCELED: _ClassVar[OrdStatus]
    ORD_STATUS_EXPIRED: _ClassVar[OrdStatus]
    ORD_STATUS_REJECTED: _ClassVar[OrdStatus]

class OrdRejReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORD_REJ_REASON_UNSPECIFIED: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_BROKER_OPTION: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_UNKNOWN_SYMBOL: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_EXCHANGE_CLOSED: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_ORDER_EXCEEDS_LIMIT: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_UNKNOWN_ORDER: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_DUPLICATE_ORDER: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_STALE_ORDER: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_UNSUPPORTED_ORDER_CHARACTERISTIC: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_INCORRECT_QUANTITY: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_PRICE_EXCEEDS_CURRENT_PRICE_BAND: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_INVALID_PRICE_INCREMENT: _ClassVar[OrdRejReason]
    ORD_REJ_REASON_OTHER: _ClassVar[OrdRejReason]

class CxlRejReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CXL_REJ_REASON_UNSPECIFIED: _ClassVar[CxlRejReason]
    CXL_REJ_REASON_TOO_LATE_TO_CANCEL: _ClassVar[CxlRejReason]
    CXL_REJ_REASON_UNKNOWN_ORDER: _ClassVar[CxlRejReason]
    CXL_REJ_REASON_DUPLICATE_CL_ORD_ID: _ClassVar[CxlRejReason]
    CXL_REJ_REASON_OTHER: _ClassVar[CxlRejReason]

class CxlRejResponseTo(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CXL_REJ_RESPONSE_TO_UNSPECIFIED: _ClassVar[CxlRejResponseTo]
    CXL_REJ_RESPONSE_TO_CANCEL: _ClassVar[CxlRejResponseTo]
    CXL_REJ_RESPONSE_TO_REPLACE: _ClassVar[CxlRejResponseTo]

class ExecRestatementReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXEC_RESTATEMENT_REASON_UNSPECIFIED: _ClassVar[ExecRestatementReason]
    EXEC_RESTATEMENT_REASON_RENEWAL: _ClassVar[ExecRestatementReason]
    EXEC_RESTATEMENT_REASON_PARTIAL_DECLINE_OF_ORDER_QTY: _ClassVar[ExecRestatementReason]
    EXEC_RESTATEMENT_REASON_CANCEL_ON_TRADING_HALT: _ClassVar[ExecRestatementReason]
    EXEC_RESTATEMENT_REASON_CANCEL_ON_CONNECTION_LOSS: _ClassVar[ExecRestatementReason]
    EXEC_RESTATEMENT_REASON_OTHER: _ClassVar[ExecRestatementReason]

class MassCancelRequestType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MASS_CANCEL_REQUEST_TYPE_UNSPECIFIED: _ClassVar[MassCancelRequestType]
    MASS_CANCEL_REQUEST_TYPE_SYMBOL: _ClassVar[MassCancelRequestType]
    MASS_CANCEL_REQUEST_TYPE_ALL: _ClassVar[MassCancelRequestType]

class BusinessRejectReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BUSINESS_REJECT_REASON_UNSPECIFIED: _ClassVar[BusinessRejectReason]
    BUSINESS_REJECT_REASON_APPLICATION_NOT_AVAILABLE: _ClassVar[BusinessRejectReason]
    BUSINESS_REJECT_REASON_OTHER: _ClassVar[BusinessRejectReason]
TICK_KIND_UNSPECIFIED: TickKind
TICK_KIND_PRICE: TickKind
TICK_KIND_NEWS: TickKind
AGGRESSOR_UNKNOWN: Aggressor
AGGRESSOR_BUYER: Aggressor
AGGRESSOR_SELLER: Aggressor
SESSION_END_UNSPECIFIED: SessionEnd
SESSION_END_COMPLETE: SessionEnd
SESSION_END_NOT_AVAILABLE: SessionEnd
SIDE_UNSPECIFIED: Side
SIDE_BUY: Side
SIDE_SELL: Side
ORD_TYPE_UNSPECIFIED: OrdType
ORD_TYPE_MARKET: OrdType
ORD_TYPE_LIMIT: OrdType
TIME_IN_FORCE_UNSPECIFIED: TimeInForce
TIME_IN_FORCE_DAY: TimeInForce
TIME_IN_FORCE_GTC: TimeInForce
TIME_IN_FORCE_IOC: TimeInForce
TIME_IN_FORCE_FOK: TimeInForce
EXEC_TYPE_UNSPECIFIED: ExecType
EXEC_TYPE_NEW: ExecType
EXEC_TYPE_TRADE: ExecType
EXEC_TYPE_CANCELED: ExecType
EXEC_TYPE_REPLACED: ExecType
EXEC_TYPE_EXPIRED: ExecType
EXEC_TYPE_REJECTED: ExecType
EXEC_TYPE_RESTATED: ExecType
EXEC_TYPE_ORDER_STATUS: ExecType
ORD_STATUS_UNSPECIFIED: OrdStatus
ORD_STATUS_NEW: OrdStatus
ORD_STATUS_PARTIALLY_FILLED: OrdStatus
ORD_STATUS_FILLED: OrdStatus
ORD_STATUS_CANCELED: OrdStatus
ORD_STATUS_EXPIRED: OrdStatus
ORD_STATUS_REJECTED: OrdStatus
ORD_REJ_REASON_UNSPECIFIED: OrdRejReason
ORD_REJ_REASON_BROKER_OPTION: OrdRejReason
ORD_REJ_REASON_UNKNOWN_SYMBOL: OrdRejReason
ORD_REJ_REASON_EXCHANGE_CLOSED: OrdRejReason
ORD_REJ_REASON_ORDER_EXCEEDS_LIMIT: OrdRejReason
ORD_REJ_REASON_UNKNOWN_ORDER: OrdRejReason
ORD_REJ_REASON_DUPLICATE_ORDER: OrdRejReason
ORD_REJ_REASON_STALE_ORDER: OrdRejReason
ORD_REJ_REASON_UNSUPPORTED_ORDER_CHARACTERISTIC: OrdRejReason
ORD_REJ_REASON_INCORRECT_QUANTITY: OrdRejReason
ORD_REJ_REASON_PRICE_EXCEEDS_CURRENT_PRICE_BAND: OrdRejReason
ORD_REJ_REASON_INVALID_PRICE_INCREMENT: OrdRejReason
ORD_REJ_REASON_OTHER: OrdRejReason
CXL_REJ_REASON_UNSPECIFIED: CxlRejReason
CXL_REJ_REASON_TOO_LATE_TO_CANCEL: CxlRejReason
CXL_REJ_REASON_UNKNOWN_ORDER: CxlRejReason
CXL_REJ_REASON_DUPLICATE_CL_ORD_ID: CxlRejReason
CXL_REJ_REASON_OTHER: CxlRejReason
CXL_REJ_RESPONSE_TO_UNSPECIFIED: CxlRejResponseTo
CXL_REJ_RESPONSE_TO_CANCEL: CxlRejResponseTo
CXL_REJ_RESPONSE_TO_REPLACE: CxlRejResponseTo
EXEC_RESTATEMENT_REASON_UNSPECIFIED: ExecRestatementReason
EXEC_RESTATEMENT_REASON_RENEWAL: ExecRestatementReason
EXEC_RESTATEMENT_REASON_PARTIAL_DECLINE_OF_ORDER_QTY: ExecRestatementReason
EXEC_RESTATEMENT_REASON_CANCEL_ON_TRADING_HALT: ExecRestatementReason
EXEC_RESTATEMENT_REASON_CANCEL_ON_CONNECTION_LOSS: ExecRestatementReason
EXEC_RESTATEMENT_REASON_OTHER: ExecRestatementReason
MASS_CANCEL_REQUEST_TYPE_UNSPECIFIED: MassCancelRequestType
MASS_CANCEL_REQUEST_TYPE_SYMBOL: MassCancelRequestType
MASS_CANCEL_REQUEST_TYPE_ALL: MassCancelRequestType
BUSINESS_REJECT_REASON_UNSPECIFIED: BusinessRejectReason
BUSINESS_REJECT_REASON_APPLICATION_NOT_AVAILABLE: BusinessRejectReason
BUSINESS_REJECT_REASON_OTHER: BusinessRejectReason

class SubscribeRequest(_message.Message):
    __slots__ = ("feed_session", "next_sequence")
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    feed_session: str
    next_sequence: int
    def __init__(self, feed_session: _Optional[str] = ..., next_sequence: _Optional[int] = ...) -> None: ...

class FeedMessage(_message.Message):
    __slots__ = ("session_started", "ticks", "session_ended")
    SESSION_STARTED_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    SESSION_ENDED_FIELD_NUMBER: _ClassVar[int]
    session_started: FeedSessionStarted
    ticks: TickBatch
    session_ended: FeedSessionEnded
    def __init__(self, session_started: _Optional[_Union[FeedSessionStarted, _Mapping]] = ..., ticks: _Optional[_Union[TickBatch, _Mapping]] = ..., session_ended: _Optional[_Union[FeedSessionEnded, _Mapping]] = ...) -> None: ...

class FeedSessionStarted(_message.Message):
    __slots__ = ("feed_session", "next_sequence")
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    feed_session: str
    next_sequence: int
    def __init__(self, feed_session: _Optional[str] = ..., next_sequence: _Optional[int] = ...) -> None: ...

class TickBatch(_message.Message):
    __slots__ = ("first_sequence", "ticks")
    FIRST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    first_sequence: int
    ticks: _containers.RepeatedCompositeFieldContainer[Tick]
    def __init__(self, first_sequence: _Optional[int] = ..., ticks: _Optional[_Iterable[_Union[Tick, _Mapping]]] = ...) -> None: ...

class Tick(_message.Message):
    __slots__ = ("kind", "aggressor", "event_time_ns", "publish_time_ns", "value", "size", "symbol")
    KIND_FIELD_NUMBER: _ClassVar[int]
    AGGRESSOR_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    kind: TickKind
    aggressor: Aggressor
    event_time_ns: int
    publish_time_ns: int
    value: int
    size: int
    symbol: str
    def __init__(self, kind: _Optional[_Union[TickKind, str]] = ..., aggressor: _Optional[_Union[Aggressor, str]] = ..., event_time_ns: _Optional[int] = ..., publish_time_ns: _Optional[int] = ..., value: _Optional[int] = ..., size: _Optional[int] = ..., symbol: _Optional[str] = ...) -> None: ...

class FeedSessionEnded(_message.Message):
    __slots__ = ("feed_session", "last_sequence", "reason")
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    feed_session: str
    last_sequence: int
    reason: SessionEnd
    def __init__(self, feed_session: _Optional[str] = ..., last_sequence: _Optional[int] = ..., reason: _Optional[_Union[SessionEnd, str]] = ...) -> None: ...

class GetHeadRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Head(_message.Message):
    __slots__ = ("feed_session", "last_sequence")
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    feed_session: str
    last_sequence: int
    def __init__(self, feed_session: _Optional[str] = ..., last_sequence: _Optional[int] = ...) -> None: ...

class OrderMessage(_message.Message):
    __slots__ = ("login", "new_order_single", "order_cancel_request", "order_cancel_replace_request", "order_mass_cancel_request", "order_status_request")
    LOGIN_FIELD_NUMBER: _ClassVar[int]
    NEW_ORDER_SINGLE_FIELD_NUMBER: _ClassVar[int]
    ORDER_CANCEL_REQUEST_FIELD_NUMBER: _ClassVar[int]
    ORDER_CANCEL_REPLACE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    ORDER_MASS_CANCEL_REQUEST_FIELD_NUMBER: _ClassVar[int]
    ORDER_STATUS_REQUEST_FIELD_NUMBER: _ClassVar[int]
    login: Login
    new_order_single: NewOrderSingle
    order_cancel_request: OrderCancelRequest
    order_cancel_replace_request: OrderCancelReplaceRequest
    order_mass_cancel_request: OrderMassCancelRequest
    order_status_request: OrderStatusRequest
    def __init__(self, login: _Optional[_Union[Login, _Mapping]] = ..., new_order_single: _Optional[_Union[NewOrderSingle, _Mapping]] = ..., order_cancel_request: _Optional[_Union[OrderCancelRequest, _Mapping]] = ..., order_cancel_replace_request: _Optional[_Union[OrderCancelReplaceRequest, _Mapping]] = ..., order_mass_cancel_request: _Optional[_Union[OrderMassCancelRequest, _Mapping]] = ..., order_status_request: _Optional[_Union[OrderStatusRequest, _Mapping]] = ...) -> None: ...

class Login(_message.Message):
    __slots__ = ("order_session", "next_sequence")
    ORDER_SESSION_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    order_session: str
    next_sequence: int
    def __init__(self, order_session: _Optional[str] = ..., next_sequence: _Optional[int] = ...) -> None: ...

class NewOrderSingle(_message.Message):
    __slots__ = ("cl_ord_id", "symbol", "side", "order_qty", "ord_type", "time_in_force", "price", "transact_time_ns", "feed_session", "feed_seq", "event_time_ns", "feed_px", "signal_time_ns", "signal_name", "signal_label", "signal_value", "reference_px", "reference_px_age_ns")
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    ORDER_QTY_FIELD_NUMBER: _ClassVar[int]
    ORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    TRANSACT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_PX_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_NAME_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_LABEL_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_VALUE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_PX_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_PX_AGE_NS_FIELD_NUMBER: _ClassVar[int]
    cl_ord_id: str
    symbol: str
    side: Side
    order_qty: int
    ord_type: OrdType
    time_in_force: TimeInForce
    price: int
    transact_time_ns: int
    feed_session: str
    feed_seq: int
    event_time_ns: int
    feed_px: int
    signal_time_ns: int
    signal_name: str
    signal_label: str
    signal_value: int
    reference_px: int
    reference_px_age_ns: int
    def __init__(self, cl_ord_id: _Optional[str] = ..., symbol: _Optional[str] = ..., side: _Optional[_Union[Side, str]] = ..., order_qty: _Optional[int] = ..., ord_type: _Optional[_Union[OrdType, str]] = ..., time_in_force: _Optional[_Union[TimeInForce, str]] = ..., price: _Optional[int] = ..., transact_time_ns: _Optional[int] = ..., feed_session: _Optional[str] = ..., feed_seq: _Optional[int] = ..., event_time_ns: _Optional[int] = ..., feed_px: _Optional[int] = ..., signal_time_ns: _Optional[int] = ..., signal_name: _Optional[str] = ..., signal_label: _Optional[str] = ..., signal_value: _Optional[int] = ..., reference_px: _Optional[int] = ..., reference_px_age_ns: _Optional[int] = ...) -> None: ...

class OrderCancelRequest(_message.Message):
    __slots__ = ("cl_ord_id", "orig_cl_ord_id", "transact_time_ns", "feed_session", "feed_seq")
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORIG_CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    cl_ord_id: str
    orig_cl_ord_id: str
    transact_time_ns: int
    feed_session: str
    feed_seq: int
    def __init__(self, cl_ord_id: _Optional[str] = ..., orig_cl_ord_id: _Optional[str] = ..., transact_time_ns: _Optional[int] = ..., feed_session: _Optional[str] = ..., feed_seq: _Optional[int] = ...) -> None: ...

class OrderCancelReplaceRequest(_message.Message):
    __slots__ = ("cl_ord_id", "orig_cl_ord_id", "order_qty", "price", "transact_time_ns", "feed_session", "feed_seq")
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORIG_CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_QTY_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    TRANSACT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    cl_ord_id: str
    orig_cl_ord_id: str
    order_qty: int
    price: int
    transact_time_ns: int
    feed_session: str
    feed_seq: int
    def __init__(self, cl_ord_id: _Optional[str] = ..., orig_cl_ord_id: _Optional[str] = ..., order_qty: _Optional[int] = ..., price: _Optional[int] = ..., transact_time_ns: _Optional[int] = ..., feed_session: _Optional[str] = ..., feed_seq: _Optional[int] = ...) -> None: ...

class OrderMassCancelRequest(_message.Message):
    __slots__ = ("cl_ord_id", "mass_cancel_request_type", "symbol", "transact_time_ns", "feed_session", "feed_seq")
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    MASS_CANCEL_REQUEST_TYPE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TRANSACT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    cl_ord_id: str
    mass_cancel_request_type: MassCancelRequestType
    symbol: str
    transact_time_ns: int
    feed_session: str
    feed_seq: int
    def __init__(self, cl_ord_id: _Optional[str] = ..., mass_cancel_request_type: _Optional[_Union[MassCancelRequestType, str]] = ..., symbol: _Optional[str] = ..., transact_time_ns: _Optional[int] = ..., feed_session: _Optional[str] = ..., feed_seq: _Optional[int] = ...) -> None: ...

class OrderStatusRequest(_message.Message):
    __slots__ = ("cl_ord_id", "ord_status_req_id")
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORD_STATUS_REQ_ID_FIELD_NUMBER: _ClassVar[int]
    cl_ord_id: str
    ord_status_req_id: str
    def __init__(self, cl_ord_id: _Optional[str] = ..., ord_status_req_id: _Optional[str] = ...) -> None: ...

class ReportMessage(_message.Message):
    __slots__ = ("sequence", "session_started", "execution_report", "order_cancel_reject", "order_mass_cancel_report", "business_message_reject", "session_ended")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SESSION_STARTED_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_REPORT_FIELD_NUMBER: _ClassVar[int]
    ORDER_CANCEL_REJECT_FIELD_NUMBER: _ClassVar[int]
    ORDER_MASS_CANCEL_REPORT_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_MESSAGE_REJECT_FIELD_NUMBER: _ClassVar[int]
    SESSION_ENDED_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    session_started: OrderSessionStarted
    execution_report: ExecutionReport
    order_cancel_reject: OrderCancelReject
    order_mass_cancel_report: OrderMassCancelReport
    business_message_reject: BusinessMessageReject
    session_ended: OrderSessionEnded
    def __init__(self, sequence: _Optional[int] = ..., session_started: _Optional[_Union[OrderSessionStarted, _Mapping]] = ..., execution_report: _Optional[_Union[ExecutionReport, _Mapping]] = ..., order_cancel_reject: _Optional[_Union[OrderCancelReject, _Mapping]] = ..., order_mass_cancel_report: _Optional[_Union[OrderMassCancelReport, _Mapping]] = ..., business_message_reject: _Optional[_Union[BusinessMessageReject, _Mapping]] = ..., session_ended: _Optional[_Union[OrderSessionEnded, _Mapping]] = ...) -> None: ...

class OrderSessionStarted(_message.Message):
    __slots__ = ("order_session", "next_sequence")
    ORDER_SESSION_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    order_session: str
    next_sequence: int
    def __init__(self, order_session: _Optional[str] = ..., next_sequence: _Optional[int] = ...) -> None: ...

class ExecutionReport(_message.Message):
    __slots__ = ("order_id", "cl_ord_id", "orig_cl_ord_id", "exec_id", "exec_type", "ord_status", "symbol", "side", "order_qty", "price", "last_qty", "last_px", "cum_qty", "leaves_qty", "avg_px", "commission", "ord_rej_reason", "exec_restatement_reason", "ord_status_req_id", "text", "transact_time_ns", "feed_session", "feed_seq", "visible_time_ns", "ref_msg_type")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORIG_CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    EXEC_ID_FIELD_NUMBER: _ClassVar[int]
    EXEC_TYPE_FIELD_NUMBER: _ClassVar[int]
    ORD_STATUS_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    ORDER_QTY_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    LAST_QTY_FIELD_NUMBER: _ClassVar[int]
    LAST_PX_FIELD_NUMBER: _ClassVar[int]
    CUM_QTY_FIELD_NUMBER: _ClassVar[int]
    LEAVES_QTY_FIELD_NUMBER: _ClassVar[int]
    AVG_PX_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_FIELD_NUMBER: _ClassVar[int]
    ORD_REJ_REASON_FIELD_NUMBER: _ClassVar[int]
    EXEC_RESTATEMENT_REASON_FIELD_NUMBER: _ClassVar[int]
    ORD_STATUS_REQ_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TRANSACT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    VISIBLE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    REF_MSG_TYPE_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    cl_ord_id: str
    orig_cl_ord_id: str
    exec_id: str
    exec_type: ExecType
    ord_status: OrdStatus
    symbol: str
    side: Side
    order_qty: int
    price: int
    last_qty: int
    last_px: int
    cum_qty: int
    leaves_qty: int
    avg_px: int
    commission: int
    ord_rej_reason: OrdRejReason
    exec_restatement_reason: ExecRestatementReason
    ord_status_req_id: str
    text: str
    transact_time_ns: int
    feed_session: str
    feed_seq: int
    visible_time_ns: int
    ref_msg_type: str
    def __init__(self, order_id: _Optional[int] = ..., cl_ord_id: _Optional[str] = ..., orig_cl_ord_id: _Optional[str] = ..., exec_id: _Optional[str] = ..., exec_type: _Optional[_Union[ExecType, str]] = ..., ord_status: _Optional[_Union[OrdStatus, str]] = ..., symbol: _Optional[str] = ..., side: _Optional[_Union[Side, str]] = ..., order_qty: _Optional[int] = ..., price: _Optional[int] = ..., last_qty: _Optional[int] = ..., last_px: _Optional[int] = ..., cum_qty: _Optional[int] = ..., leaves_qty: _Optional[int] = ..., avg_px: _Optional[int] = ..., commission: _Optional[int] = ..., ord_rej_reason: _Optional[_Union[OrdRejReason, str]] = ..., exec_restatement_reason: _Optional[_Union[ExecRestatementReason, str]] = ..., ord_status_req_id: _Optional[str] = ..., text: _Optional[str] = ..., transact_time_ns: _Optional[int] = ..., feed_session: _Optional[str] = ..., feed_seq: _Optional[int] = ..., visible_time_ns: _Optional[int] = ..., ref_msg_type: _Optional[str] = ...) -> None: ...

class OrderCancelReject(_message.Message):
    __slots__ = ("order_id", "cl_ord_id", "orig_cl_ord_id", "ord_status", "cxl_rej_response_to", "cxl_rej_reason", "text", "transact_time_ns", "feed_session", "feed_seq", "visible_time_ns")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORIG_CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    ORD_STATUS_FIELD_NUMBER: _ClassVar[int]
    CXL_REJ_RESPONSE_TO_FIELD_NUMBER: _ClassVar[int]
    CXL_REJ_REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TRANSACT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    VISIBLE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    cl_ord_id: str
    orig_cl_ord_id: str
    ord_status: OrdStatus
    cxl_rej_response_to: CxlRejResponseTo
    cxl_rej_reason: CxlRejReason
    text: str
    transact_time_ns: int
    feed_session: str
    feed_seq: int
    visible_time_ns: int
    def __init__(self, order_id: _Optional[int] = ..., cl_ord_id: _Optional[str] = ..., orig_cl_ord_id: _Optional[str] = ..., ord_status: _Optional[_Union[OrdStatus, str]] = ..., cxl_rej_response_to: _Optional[_Union[CxlRejResponseTo, str]] = ..., cxl_rej_reason: _Optional[_Union[CxlRejReason, str]] = ..., text: _Optional[str] = ..., transact_time_ns: _Optional[int] = ..., feed_session: _Optional[str] = ..., feed_seq: _Optional[int] = ..., visible_time_ns: _Optional[int] = ...) -> None: ...

class OrderMassCancelReport(_message.Message):
    __slots__ = ("cl_ord_id", "mass_cancel_request_type", "symbol", "total_affected_orders", "transact_time_ns", "feed_session", "feed_seq", "visible_time_ns")
    CL_ORD_ID_FIELD_NUMBER: _ClassVar[int]
    MASS_CANCEL_REQUEST_TYPE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_AFFECTED_ORDERS_FIELD_NUMBER: _ClassVar[int]
    TRANSACT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FEED_SESSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    VISIBLE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    cl_ord_id: str
    mass_cancel_request_type: MassCancelRequestType
    symbol: str
    total_affected_orders: int
    transact_time_ns: int
    feed_session: str
    feed_seq: int
    visible_time_ns: int
    def __init__(self, cl_ord_id: _Optional[str] = ..., mass_cancel_request_type: _Optional[_Union[MassCancelRequestType, str]] = ..., symbol: _Optional[str] = ..., total_affected_orders: _Optional[int] = ..., transact_time_ns: _Optional[int] = ..., feed_session: _Optional[str] = ..., feed_seq: _Optional[int] = ..., visible_time_ns: _Optional[int] = ...) -> None: ...

class BusinessMessageReject(_message.Message):
    __slots__ = ("ref_msg_type", "business_reject_ref_id", "business_reject_reason", "text")
    REF_MSG_TYPE_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_REJECT_REF_ID_FIELD_NUMBER: _ClassVar[int]
    BUSINESS_REJECT_REASON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ref_msg_type: str
    business_reject_ref_id: str
    business_reject_reason: BusinessRejectReason
    text: str
    def __init__(self, ref_msg_type: _Optional[str] = ..., business_reject_ref_id: _Optional[str] = ..., business_reject_reason: _Optional[_Union[BusinessRejectReason, str]] = ..., text: _Optional[str] = ...) -> None: ...

class OrderSessionEnded(_message.Message):
    __slots__ = ("order_session", "reason")
    ORDER_SESSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    order_session: str
    reason: SessionEnd
    def __init__(self, order_session: _Optional[str] = ..., reason: _Optional[_Union[SessionEnd, str]] = ...) -> None: ...
