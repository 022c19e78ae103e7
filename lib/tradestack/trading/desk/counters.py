"""What a strategy counts, since the process began and since the feed session did.

Counts of the session are a function of feed and reports: a killed strategy that replays both counts
again what it had counted. Counts of the process are of what this process itself did.
"""

import enum
from collections.abc import Iterable, Mapping

from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.intent import Intent

VALUE_TINY = SCALE // 100  # of an order: whoever writes buy(symbol, 10) means fixed("10")


class Counted(enum.Enum):
    """What is counted; the value is its name in stats."""

    TICKS_RECEIVED = "ticks_received"  # prices and news
    PRICES_RECEIVED = "prices_received"
    NEWS_RECEIVED = "news_received"
    ORDERS_SENT = "orders_sent"  # by this process, or by an earlier one and reported
    ORDERS_SUPPRESSED = "orders_suppressed"  # of messages before FromSeq
    ORDERS_TINY = "orders_tiny"  # that hooks made: worth less than VALUE_TINY
    ORDERS_ACKNOWLEDGED = "orders_acknowledged"  # reported on, accepted or rejected
    ORDERS_ACCEPTED = "orders_accepted"
    ORDERS_REJECTED = "orders_rejected"
    ORDERS_FILLED = "orders_filled"  # to the end
    ORDERS_CANCELED = "orders_canceled"  # by whomever, with something left
    ORDERS_EXPIRED = "orders_expired"
    FILLS = "fills"
    CHANGES_SENT = "changes_sent"  # cancels and replaces, as orders_sent counts orders
    CHANGES_REJECTED = "changes_rejected"
    # Those below belong to a process and not to a feed session.
    ORDERS_RESENT = "orders_resent"  # the same order again, after a lost connection or a refusal
    ORDERS_REFUSED = "orders_refused"  # not taken by the order manager, which forgot them
    ORDERS_UNKNOWN = "orders_unknown"  # their order session ended before their report came
    REPORTS_UNMATCHED = "reports_unmatched"  # on orders of another strategy
    BOOK_READ_FAILURES = "book_read_failures"
    SYMBOLS_WITHOUT_PLACE = "symbols_without_place"  # orders for symbols that the book lacks
    FEED_DISCONNECTS = "feed_disconnects"
    ORDERS_DISCONNECTS = "orders_disconnects"


OF_A_SESSION = (
    Counted.TICKS_RECEIVED,
    Counted.PRICES_RECEIVED,
    Counted.NEWS_RECEIVED,
    Counted.ORDERS_SENT,
    Counted.ORDERS_SUPPRESSED,
    Counted.ORDERS_TINY,
    Counted.ORDERS_ACKNOWLEDGED,
    Counted.ORDERS_ACCEPTED,
    Counted.ORDERS_REJECTED,
    Counted.ORDERS_FILLED,
    Counted.ORDERS_CANCELED,
    Counted.ORDERS_EXPIRED,
    Counted.FILLS,
    Counted.CHANGES_SENT,
    Counted.CHANGES_REJECTED,
)


class Counters:
    """The counts of the process and of the feed session."""

    def __init__(self) -> None:
        self._process = dict.fromkeys(Counted, 0)
        self._session = dict.fromkeys(OF_A_SESSION, 0)

    def __getitem__(self, counted: Counted) -> int:
        """Return the count since the feed session began."""
        return self._session[counted]

    def add(self, counted: Counted, count: int = 1) -> None:
        """Count what this process did in this session."""
        self._session[counted] += count
        self._process[counted] += count

    def add_to_session(self, counted: Counted, count: int = 1) -> None:
        """Count what an earlier process did in this session."""
        self._session[counted] += count

    def add_to_process(self, counted: Counted, count: int = 1) -> None:
        """Count what belongs to no session, or to an earlier one."""
        self._process[counted] += count

    def start_session(self) -> None:
        """Count the next feed session from zero."""
        self._session = dict.fromkeys(OF_A_SESSION, 0)

    def session(self) -> Mapping[str, int]:
        """Return the counts since the feed session began, by name."""
        return {counted.value: count for counted, count in self._session.items()}

    def process(self) -> Mapping[str, int]:
        """Return the counts since the process began, by name."""
        return {counted.value: count for counted, count in self._process.items()}


def count_tiny(orders: Iterable[Intent]) -> int:
    """Count the orders whose quantity × limit or last price is less than VALUE_TINY."""
    return sum(_is_tiny(order) for order in orders)


def _is_tiny(order: Intent) -> bool:
    price = order.price if order.limit_price is None else order.limit_price
    return price is not None and price * order.quantity < VALUE_TINY * SCALE
