"""Small feeds, orders and fills, for the figures and for the reference alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.reference.execution_quality import Ordered, Traded
from tests.reference.feed import Message
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.tick import TickKind
from tradestack.report.figures.tape.market import Market, market_of
from tradestack.report.figures.traded import AcceptedOrder, Fill
from tradestack.wire.feed import TickRecords, encode_symbol, new_records

USER = "news"


@dataclass(frozen=True)
class Told:
    """A message: when, of which symbol, and its price and size; a size of None: it is news."""

    time_ns: int
    symbol: str
    value: int
    size: int | None = SCALE


def records_of(feed: Sequence[Told]) -> TickRecords:
    """Return the records of a feed, published when they happened."""
    records = new_records(len(feed))
    for record, told in zip(records, feed, strict=True):
        record["kind"] = TickKind.NEWS if told.size is None else TickKind.PRICE
        record["symbol"] = encode_symbol(told.symbol)
        record["event_time_ns"] = record["publish_time_ns"] = told.time_ns
        record["value"], record["size"] = told.value, told.size or 0
    return records


def market(feed: Sequence[Told]) -> Market:
    """Return the feed as the figures take it, in two blocks."""
    records = records_of(feed)
    middle = len(records) // 2
    return market_of([records[:middle], records[middle:]])


def messages(feed: Sequence[Told]) -> list[Message]:
    """Return the feed as the reference takes it."""
    return [
        Message(
            sequence,
            told.time_ns,
            told.size is not None,
            told.symbol,
            Fraction(told.value, SCALE),
            Fraction(told.size or 0, SCALE),
        )
        for sequence, told in enumerate(feed, start=1)
    ]


def ordered(order: AcceptedOrder) -> Ordered:
    """Return an order as the reference takes it."""
    return Ordered(
        name=str(order.order_id),
        symbol=order.symbol,
        side="BUY" if order.sign > 0 else "SELL",
        quantity=Fraction(order.quantity, SCALE),
        cause=order.cause,
        arrival_ns=order.arrival_ns,
    )


def traded(fill: Fill) -> Traded:
    """Return a fill as the reference takes it."""
    quantity, price, fee = (
        Fraction(number, SCALE) for number in (fill.quantity, fill.price, fill.fee)
    )
    return Traded(str(fill.order_id), quantity, price, fill.number, fee)
