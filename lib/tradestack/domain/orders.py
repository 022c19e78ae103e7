"""the words of order entry: FIX's names, as enums whose values stand on the wire."""

import enum


class Side(enum.Enum):
    """FIX Side (54)."""

    BUY = "BUY"
    SELL = "SELL"


class OrdType(enum.Enum):
    """FIX OrdType (40)."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"


class TimeInForce(enum.Enum):
    """FIX TimeInForce (59)."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class ExecType(enum.Enum):
    """FIX ExecType (150): what this report tells."""

    NEW = "NEW"
    REJECTED = "REJECTED"


class OrdStatus(enum.Enum):
    """FIX OrdStatus (39): where the order stands after it."""

    NEW = "NEW"
    REJECTED = "REJECTED"


class OrdRejReason(enum.Enum):
    """FIX OrdRejReason (103); the FIX number stands beside each."""

    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"  # 1
    ORDER_EXCEEDS_LIMIT = "ORDER_EXCEEDS_LIMIT"  # 3
    DUPLICATE_ORDER = "DUPLICATE_ORDER"  # 6
    STALE_ORDER = "STALE_ORDER"  # 8
    UNSUPPORTED_ORDER_CHARACTERISTIC = "UNSUPPORTED_ORDER_CHARACTERISTIC"  # 11
    INCORRECT_QUANTITY = "INCORRECT_QUANTITY"  # 13
    OTHER = "OTHER"  # 99


class BusinessRejectReason(enum.Enum):
    """FIX BusinessRejectReason (380)."""

    APPLICATION_NOT_AVAILABLE = "APPLICATION_NOT_AVAILABLE"  # 4


class Start(enum.Enum):
    """From where in a feed session a strategy trades that was never seen in it before."""

    NOW = "now"
    SESSION = "session"
