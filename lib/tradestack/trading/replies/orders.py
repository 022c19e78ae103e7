"""Orders, working orders and fills, as the control socket and tradestackctl describe them.

All numbers that have a fraction are decimal texts, exact.
"""

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.domain.times import format_utc
from tradestack.trading.account.history import AccountKey
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord
from tradestack.wire.order_texts import format_optional


class Order(msgspec.Struct, frozen=True):
    """A numbered order as it is now.

    price: the price that the strategy saw, else the limit, or null; of a replaced order its limit.
    reason: why it was rejected, or null; leaves_qty: null where nothing executes orders; avg_px:
    null before the first fill.
    """

    order_id: int
    received: str
    user: str
    cl_ord_id: str
    symbol: str
    side: str
    order_qty: str
    ord_type: str
    price: str | None
    ord_status: str
    reason: str | None
    cum_qty: str = "0"
    leaves_qty: str | None = None
    avg_px: str | None = None


class OpenOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is accepted and not done.

    price: of a LIMIT, or null; average_price: of what is filled, or null; arrival: from when on it
    can meet a trade, in feed time, UTC; arrived: whether that was reached.
    """

    order_id: int
    user: str
    feed_session: str
    cl_ord_id: str
    symbol: str
    side: str
    order_qty: str
    cum_qty: str
    leaves_qty: str
    ord_type: str
    time_in_force: str
    price: str | None
    average_price: str | None
    arrival: str
    arrived: bool


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """A fill: which order traded how much at what price.

    feed_seq: number of the feed message with the trade that filled it; event_time: when that
    happened, UTC, or null if the feed log is gone.
    """

    order_id: int
    exec_id: str
    user: str
    symbol: str
    side: str
    quantity: str
    price: str
    fee: str
    feed_session: str
    feed_seq: int
    event_time: str | None


def order_reply(record: OrderRecord) -> Order:
    """Describe an order as it was answered, by its record."""
    order, report = record.order, record.report
    assert report.order_id is not None  # only orders that got a number are recorded
    price = order.shown_price
    answered = Order(
        order_id=report.order_id,
        received=format_utc(record.time_ns),
        user=record.user,
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        order_qty=format_fixed(order.quantity),
        ord_type=order.ord_type,
        price=None if price is None else format_fixed(price),
        ord_status=report.ord_status,
        reason=report.reject_reason,
    )
    if report.exec_type is ExecType.REJECTED:  # of a duplicate it has the first one's status
        return msgspec.structs.replace(answered, ord_status=str(OrdStatus.REJECTED))
    return order_after(answered, report)


def order_after(order: Order, report: ExecutionReport) -> Order:
    """Describe an order as a report on it has left it."""
    changed: dict[str, str | None] = {"ord_status": str(report.ord_status)}
    if report.cum_quantity is not None:
        changed["cum_qty"] = format_fixed(report.cum_quantity)
        changed["leaves_qty"] = format_optional(report.leaves_quantity)
        changed["avg_px"] = format_optional(report.average_price) if report.cum_quantity else None
    if report.quantity is not None:
        changed["order_qty"] = format_fixed(report.quantity)
    if report.exec_type is ExecType.REPLACED:
        changed["cl_ord_id"] = report.cl_ord_id
        changed["price"] = format_optional(report.price) or order.price
    return msgspec.structs.replace(order, **changed)


def open_order_reply(key: AccountKey, order: WorkingOrder) -> OpenOrder:
    """Describe a working order."""
    user, feed_session = key
    return OpenOrder(
        order_id=order.order_id,
        user=user,
        feed_session=feed_session,
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        order_qty=format_fixed(order.quantity),
        cum_qty=format_fixed(order.cum_quantity),
        leaves_qty=format_fixed(order.leaves_quantity),
        ord_type=order.ord_type,
        time_in_force=order.time_in_force,
        price=format_optional(order.price),
        average_price=format_optional(order.average_price),
        arrival=format_utc(order.arrival_ns),
        arrived=order.has_arrived,
    )


def fill_reply(record: ExecutionRecord, event_time_ns: int | None) -> Fill:
    """Describe a fill by the record of its report; raise ValueError if it is of no fill."""
    report, user = record.report, record.user
    match report:
        case ExecutionReport(
            order_id=int(order_id),
            symbol=str(symbol),
            side=str(side),
            last_quantity=int(quantity),
            last_price=int(price),
            feed_session=str(feed_session),
            feed_seq=int(feed_seq),
        ):
            return Fill(
                order_id=order_id,
                exec_id=report.exec_id,
                user=user,
                symbol=symbol,
                side=side,
                quantity=format_fixed(quantity),
                price=format_fixed(price),
                fee=format_fixed(report.commission or 0),
                feed_session=feed_session,
                feed_seq=feed_seq,
                event_time=None if event_time_ns is None else format_utc(event_time_ns),
            )
    raise ValueError(f"not the report on a fill: {report}")
