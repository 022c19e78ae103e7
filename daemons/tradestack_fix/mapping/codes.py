"""FIX's codes ⇄ the words of order entry. What FIX 4.4 has no code for is 99, other."""

from collections.abc import Mapping
from typing import TypeVar

from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdRejReason,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)
from tradestack_fix.codec import tags

WordT = TypeVar("WordT")

SIDES = {"1": Side.BUY, "2": Side.SELL}
ORD_TYPES = {"1": OrdType.MARKET, "2": OrdType.LIMIT}
TIMES_IN_FORCE = {
    "0": TimeInForce.DAY,
    "1": TimeInForce.GTC,
    "3": TimeInForce.IOC,
    "4": TimeInForce.FOK,
}
MASS_CANCEL_REQUEST_TYPES = {"1": MassCancelRequestType.SYMBOL, "7": MassCancelRequestType.ALL}

EXEC_TYPES: Mapping[ExecType, str] = {
    ExecType.NEW: "0",
    ExecType.TRADE: "F",
    ExecType.CANCELED: "4",
    ExecType.REPLACED: "5",
    ExecType.EXPIRED: "C",
    ExecType.REJECTED: "8",
    ExecType.RESTATED: "D",
    ExecType.ORDER_STATUS: "I",
}
ORD_STATUSES: Mapping[OrdStatus, str] = {
    OrdStatus.NEW: "0",
    OrdStatus.PARTIALLY_FILLED: "1",
    OrdStatus.FILLED: "2",
    OrdStatus.CANCELED: "4",
    OrdStatus.EXPIRED: "C",
    OrdStatus.REJECTED: "8",
}
ORD_REJ_REASONS: Mapping[OrdRejReason, str] = {
    OrdRejReason.BROKER_OPTION: "0",
    OrdRejReason.UNKNOWN_SYMBOL: "1",
    OrdRejReason.EXCHANGE_CLOSED: "2",
    OrdRejReason.ORDER_EXCEEDS_LIMIT: "3",
    OrdRejReason.UNKNOWN_ORDER: "5",
    OrdRejReason.DUPLICATE_ORDER: "6",
    OrdRejReason.STALE_ORDER: "8",
    OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC: "11",
    OrdRejReason.INCORRECT_QUANTITY: "13",
    OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND: "99",  # 16 since FIX 5.0
    OrdRejReason.INVALID_PRICE_INCREMENT: "99",  # 18 since FIX 5.0
    OrdRejReason.OTHER: "99",
}
CXL_REJ_REASONS: Mapping[CxlRejReason, str] = {
    CxlRejReason.TOO_LATE_TO_CANCEL: "0",
    CxlRejReason.UNKNOWN_ORDER: "1",
    CxlRejReason.DUPLICATE_CL_ORD_ID: "6",
    CxlRejReason.OTHER: "99",
}
CXL_REJ_RESPONSES: Mapping[CxlRejResponseTo, str] = {
    CxlRejResponseTo.CANCEL: "1",
    CxlRejResponseTo.REPLACE: "2",
}
EXEC_RESTATEMENT_REASONS: Mapping[ExecRestatementReason, str] = {
    ExecRestatementReason.RENEWAL: "1",
    ExecRestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY: "5",
    ExecRestatementReason.CANCEL_ON_TRADING_HALT: "6",
    ExecRestatementReason.CANCEL_ON_CONNECTION_LOSS: "99",  # 100 since FIX 5.0
    ExecRestatementReason.OTHER: "99",
}


REF_MSG_TYPES: Mapping[str, str] = {
    "NewOrderSingle": tags.NEW_ORDER_SINGLE,
    "OrderCancelRequest": tags.ORDER_CANCEL_REQUEST,
    "OrderCancelReplaceRequest": tags.ORDER_CANCEL_REPLACE_REQUEST,
    "OrderMassCancelRequest": tags.ORDER_MASS_CANCEL_REQUEST,
    "OrderStatusRequest": tags.ORDER_STATUS_REQUEST,
}


def code_of(words: Mapping[str, WordT], word: WordT) -> str:
    """Return the code of a word."""
    return next(code for code, each in words.items() if each == word)
