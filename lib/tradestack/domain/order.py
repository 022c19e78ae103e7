"""Orders, and the words of order entry: FIX's names, as enums whose values travel on the wire.

Each enum member is its own text: it is hashed, compared and formatted as fast as a string.
"""

import enum

import msgspec

from tradestack.domain.fixed_point import SCALE

# The wire carries at most 10 digits before the point and 8 after it.
QUANTITY_MAX = 10**10 * SCALE - 1
PRICE_MAX = QUANTITY_MAX


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
    """FIX ExecType (150): what the report describes."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    REPLACED = "REPLACED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    RESTATED = "RESTATED"
    ORDER_STATUS = "ORDER_STATUS"


class OrdStatus(enum.StrEnum):
    """FIX OrdStatus (39): the state of the order after the report."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"


class OrdRejReason(enum.StrEnum):
    """FIX OrdRejReason (103), with the FIX number beside each."""

    BROKER_OPTION = "BROKER_OPTION"  # 0
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"  # 1
    EXCHANGE_CLOSED = "EXCHANGE_CLOSED"  # 2
    ORDER_EXCEEDS_LIMIT = "ORDER_EXCEEDS_LIMIT"  # 3
    UNKNOWN_ORDER = "UNKNOWN_ORDER"  # 5
    DUPLICATE_ORDER = "DUPLICATE_ORDER"  # 6
    STALE_ORDER = "STALE_ORDER"  # 8
    UNSUPPORTED_ORDER_CHARACTERISTIC = "UNSUPPORTED_ORDER_CHARACTERISTIC"  # 11
    INCORRECT_QUANTITY = "INCORRECT_QUANTITY"  # 13
    PRICE_EXCEEDS_CURRENT_PRICE_BAND = "PRICE_EXCEEDS_CURRENT_PRICE_BAND"  # 16
    INVALID_PRICE_INCREMENT = "INVALID_PRICE_INCREMENT"  # 18
    OTHER = "OTHER"  # 99


class CxlRejReason(enum.StrEnum):
    """FIX CxlRejReason (102): why a cancel or a replace was refused."""

    TOO_LATE_TO_CANCEL = "TOO_LATE_TO_CANCEL"  # 0
    UNKNOWN_ORDER = "UNKNOWN_ORDER"  # 1
    DUPLICATE_CL_ORD_ID = "DUPLICATE_CL_ORD_ID"  # 6
    OTHER = "OTHER"  # 99


class CxlRejResponseTo(enum.StrEnum):
    """FIX CxlRejResponseTo (434): which request was refused."""

    CANCEL = "CANCEL"  # 1
    REPLACE = "REPLACE"  # 2


class ExecRestatementReason(enum.StrEnum):
    """FIX ExecRestatementReason (378): why a report came without a request."""

    RENEWAL = "RENEWAL"  # 1: the order goes on in another order session
    PARTIAL_DECLINE_OF_ORDER_QTY = "PARTIAL_DECLINE_OF_ORDER_QTY"  # 5: less of it goes on
    CANCEL_ON_TRADING_HALT = "CANCEL_ON_TRADING_HALT"  # 6
    CANCEL_ON_CONNECTION_LOSS = "CANCEL_ON_CONNECTION_LOSS"  # 100
    OTHER = "OTHER"  # 99


class MassCancelRequestType(enum.StrEnum):
    """FIX MassCancelRequestType (530)."""

    SYMBOL = "SYMBOL"  # 1
    ALL = "ALL"  # 7


class BusinessRejectReason(enum.StrEnum):
    """FIX BusinessRejectReason (380)."""

    APPLICATION_NOT_AVAILABLE = "APPLICATION_NOT_AVAILABLE"  # 4


class Start(enum.StrEnum):
    """Where a strategy begins to trade in a feed session in which it has never traded."""

    NOW = "now"
    SESSION = "session"


class Order(msgspec.Struct, frozen=True, gc=False):
    """A new order; quantities, prices and values are integers ×10⁻⁸, times ns since the epoch.

    The user and the fields down to price make the order; the others annotate it and are
    never compared.
    """

    cl_ord_id: str  # FIX 11
    symbol: str  # 55
    side: Side  # 54
    quantity: int  # 38, OrderQty
    ord_type: OrdType  # 40
    time_in_force: TimeInForce  # 59
    price: int | None = None  # 44, for LIMIT
    transact_time_ns: int | None = None  # 60, when it was sent
    feed_session: str | None = None  # the feed message that made the signal fire
    feed_seq: int | None = None
    event_time_ns: int | None = None  # event time of that message
    feed_price: int | None = None  # the symbol's last price in the feed up to that message
    signal_time_ns: int | None = None  # publish time of that message
    signal_name: str | None = None
    signal_label: str | None = None  # what the signal's value is called: "sentiment", "price"
    signal_value: int | None = None
    reference_price: int | None = None  # live price from shared memory, when sent
    reference_price_age_ns: int | None = None  # its age; below 0 where clocks disagree

    @property
    def shown_price(self) -> int | None:
        """The price to show to people: the feed's, else the live one, else the order's limit."""
        known = (self.feed_price, self.reference_price, self.price)
        return next((price for price in known if price is not None), None)

    def is_same_order(self, other: "Order") -> bool:
        """Return whether both describe the same order; annotations are not compared."""
        return (
            self.cl_ord_id == other.cl_ord_id
            and self.symbol == other.symbol
            and self.side is other.side
            and self.quantity == other.quantity
            and self.ord_type is other.ord_type
            and self.price == other.price
            and self.time_in_force is other.time_in_force
        )
