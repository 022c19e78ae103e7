"""the words of order entry: FIX's names, as enums whose values stand on the wire.

Each member is its text: it is hashed, compared and formatted as fast as one.
"""

import enum


class Side(enum.StrEnum):
    """FIX Side (54)."""

    BUY = "BUY"
    SELL = "SELL"


class OrdType(enum.StrEnum):
    """FIX OrdType (40)."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"


class TimeInForce(enum.StrEnum):
    """FIX TimeInForce (59)."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class ExecType(enum.StrEnum):
    """FIX ExecType (150): what this report tells."""

    NEW = "NEW"
    REJECTED = "REJECTED"


class OrdStatus(enum.StrEnum):
    """FIX OrdStatus (39): where the order stands after it."""

    NEW = "NEW"
    REJECTED = "REJECTED"


class OrdRejReason(enum.StrEnum):
    """FIX OrdRejReason (103); the FIX number stands beside each."""

    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"  # 1
    ORDER_EXCEEDS_LIMIT = "ORDER_EXCEEDS_LIMIT"  # 3
    DUPLICATE_ORDER = "DUPLICATE_ORDER"  # 6
    STALE_ORDER = "STALE_ORDER"  # 8
    UNSUPPORTED_ORDER_CHARACTERISTIC = "UNSUPPORTED_ORDER_CHARACTERISTIC"  # 11
    INCORRECT_QUANTITY = "INCORRECT_QUANTITY"  # 13
    OTHER = "OTHER"  # 99


class BusinessRejectReason(enum.StrEnum):
    """FIX BusinessRejectReason (380)."""

    APPLICATION_NOT_AVAILABLE = "APPLICATION_NOT_AVAILABLE"  # 4


class Start(enum.StrEnum):
    """From where in a feed session a strategy trades that was never seen in it before."""

    NOW = "now"
    SESSION = "session"
