"""Messages of tradestack.proto ⇄ orders, requests and reports.

The fields of a message are those of its value, in FIX's names where the value has plainer ones. A
field without a value is one that is not set; a word is the enum's of the same name.
"""

import enum
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from tradestack.domain import order as words
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN
from tradestack.domain.order import Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
)
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.orders import (
    ClientMessage,
    InvalidOrder,
    ServerMessage,
    decode_client_message,
    encode_message,
)
from tradestack_grpc.protocol import tradestack_pb2 as pb

M = TypeVar("M", bound=Message)

_UNSPECIFIED = "UNSPECIFIED"
_COMMON_NAMES = {
    "quantity": "order_qty",
    "request_type": "mass_cancel_request_type",
}
_REPORT_NAMES = {
    **_COMMON_NAMES,
    "last_quantity": "last_qty",
    "last_price": "last_px",
    "cum_quantity": "cum_qty",
    "leaves_quantity": "leaves_qty",
    "average_price": "avg_px",
    "reject_reason": "ord_rej_reason",
    "restatement_reason": "exec_restatement_reason",
    "status_request_id": "ord_status_req_id",
}
_ORDER_NAMES = {
    **_COMMON_NAMES,
    "feed_price": "feed_px",
    "reference_price": "reference_px",
    "reference_price_age_ns": "reference_px_age_ns",
}
_REJECT_NAMES = {"reject_reason": "cxl_rej_reason", "response_to": "cxl_rej_response_to"}


class InvalidMessage(ValueError):
    """A message of a client that is not passed on; reference: its ClOrdID, as it came."""

    def __init__(self, kind: str, reference: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.reference = reference
        self.text = text


class _Field:
    """A field of a value and of its message."""

    def __init__(self, name: str, field: Any) -> None:  # one of two classes, by implementation
        self.name = name
        self.message_name = field.name
        self.is_optional = field.has_presence
        self._is_integer = field.cpp_type == FieldDescriptor.CPPTYPE_INT64
        self._words = _words_of(field.enum_type) if field.enum_type is not None else {}
        self._numbers = {word: number for number, word in self._words.items()}

    def to_message(self, value: Any) -> Any:
        """Return the value in the message; None if it has no place there."""
        if self._numbers:
            return self._numbers[value]
        if self._is_integer and not FIXED_MIN <= value <= FIXED_MAX:
            return None  # a fee, of a fill at the highest of prices
        return value

    def to_value(self, message: Message) -> Any:
        """Return the value of a message's field. Raises ValueError for an unknown word."""
        if self.is_optional and not message.HasField(self.message_name):
            return None
        value = getattr(message, self.message_name)
        if not self._words:
            return value
        if value not in self._words:
            raise ValueError(f"{self.message_name} is not set, or to a word that is not known")
        return self._words[value]


def _words_of(described: EnumDescriptor) -> Mapping[int, enum.StrEnum]:
    """Return the words of an enum in domain/order.py, by the numbers of the proto's."""
    prefix = described.values[0].name.removesuffix(_UNSPECIFIED)
    enum_type: type[enum.StrEnum] = getattr(words, described.name)
    return {described.values_by_name[prefix + word.name].number: word for word in enum_type}


class _Form(Generic[M]):
    """A kind of message."""

    def __init__(
        self, value: type[msgspec.Struct], message: type[M], names: Mapping[str, str]
    ) -> None:
        fields = message.DESCRIPTOR.fields_by_name
        self._value = value
        self._message = message
        self._fields = [
            _Field(name, fields[names.get(name, name)]) for name in value.__struct_fields__
        ]

    def to_message(self, value: msgspec.Struct) -> M:
        """Value → message."""
        present = {
            field.message_name: field.to_message(content)
            for field in self._fields
            if (content := getattr(value, field.name)) is not None
        }
        return self._message(**present)

    def to_value(self, message: M) -> Any:
        """Message → value. Raises ValueError."""
        return self._value(**{field.name: field.to_value(message) for field in self._fields})


_CLIENT_FORMS: Mapping[str, _Form[Any]] = {  # by the field of OrderMessage
    "new_order_single": _Form(Order, pb.NewOrderSingle, _ORDER_NAMES),
    "order_cancel_request": _Form(OrderCancelRequest, pb.OrderCancelRequest, {}),
    "order_cancel_replace_request": _Form(
        OrderCancelReplaceRequest, pb.OrderCancelReplaceRequest, _COMMON_NAMES
    ),
    "order_mass_cancel_request": _Form(
        OrderMassCancelRequest, pb.OrderMassCancelRequest, _COMMON_NAMES
    ),
    "order_status_request": _Form(
        OrderStatusRequest, pb.OrderStatusRequest, {"request_id": "ord_status_req_id"}
    ),
}
_EXECUTION = _Form(ExecutionReport, pb.ExecutionReport, _REPORT_NAMES)
_CANCEL_REJECT = _Form(OrderCancelReject, pb.OrderCancelReject, _REJECT_NAMES)
_MASS_CANCEL = _Form(
    OrderMassCancelReport,
    pb.OrderMassCancelReport,
    {**_COMMON_NAMES, "affected_count": "total_affected_orders"},
)
_BUSINESS_REJECT = _Form(BusinessMessageReject, pb.BusinessMessageReject, {})


def message_to_value(message: pb.OrderMessage) -> ClientMessage:
    """OrderMessage other than a Login → order or request. Raises InvalidMessage.

    What PROTOCOL.md does not allow is not passed on: it would use up the ClOrdID.
    """
    kind = message.WhichOneof("message") or ""
    if kind not in _CLIENT_FORMS:
        raise InvalidMessage("OrderMessage", "", "it has no order, and no request")
    content = getattr(message, kind)
    try:
        value: ClientMessage = _CLIENT_FORMS[kind].to_value(content)
        decode_client_message(encode_message(value))
    except InvalidOrder as refusal:
        raise InvalidMessage(type(content).__name__, content.cl_ord_id, refusal.text) from refusal
    except ValueError as fault:
        raise InvalidMessage(type(content).__name__, content.cl_ord_id, str(fault)) from fault
    return value


def value_to_message(value: ServerMessage) -> pb.ReportMessage:
    """Message of the order manager → ReportMessage without a number.

    Of a kind that tradestack.proto does not have: with nothing in it.
    """
    match value:
        case ExecutionReport():
            return pb.ReportMessage(execution_report=_EXECUTION.to_message(value))
        case OrderCancelReject():
            return pb.ReportMessage(order_cancel_reject=_CANCEL_REJECT.to_message(value))
        case OrderMassCancelReport():
            return pb.ReportMessage(order_mass_cancel_report=_MASS_CANCEL.to_message(value))
        case BusinessMessageReject():
            return pb.ReportMessage(business_message_reject=_BUSINESS_REJECT.to_message(value))
        case _:
            return pb.ReportMessage()
