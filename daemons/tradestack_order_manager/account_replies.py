"""Accounts, positions, working orders and fills, as the control socket describes them.

All numbers that have a fraction are decimal texts: exact, money rounded half to even to 8 decimals.
"""

import msgspec

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed, format_money
from tradestack.domain.times import format_utc
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account.working_order import WorkingOrder
from tradestack.wire.account_records import ExecutionRecord
from tradestack.wire.order_texts import format_optional


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a user in a feed session.

    matched_through: number of the newest feed message that its orders have met; registered: whether
    a strategy decides how far that is; interactive: whether the strategy reads its reports; ended:
    whether the feed session is over for it. equity is cash and positions at their marks, which are
    the last trades; drawdown is what it is below peak_equity.
    """

    user: str
    feed_session: str
    matched_through: int
    registered: bool
    interactive: bool
    ended: bool
    fills: int
    orders_working: int
    cash: str
    equity: str
    realized_pnl: str
    unrealized_pnl: str
    fees: str
    gross_notional: str
    net_notional: str
    peak_equity: str
    drawdown: str


class UnavailableAccount(msgspec.Struct, frozen=True):
    """An account that cannot be used now, and why."""

    user: str
    feed_session: str
    reason: str


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds of a symbol, and has earned with it; below 0 for a short position.

    average_price: what a unit of it cost, or null if the position is closed; mark: the last trade
    that the account has met; profits are before fees.
    """

    user: str
    feed_session: str
    symbol: str
    quantity: str
    average_price: str | None
    mark: str
    realized_pnl: str
    unrealized_pnl: str
    fees: str


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


def account_reply(key: AccountKey, state: AccountState) -> Account:
    """Describe an account."""
    user, feed_session = key
    portfolio = state.portfolio
    return Account(
        user=user,
        feed_session=feed_session,
        matched_through=state.matched_through,
        registered=state.is_registered,
        interactive=state.is_interactive,
        ended=state.is_ended,
        fills=state.fills,
        orders_working=len(state.orders),
        cash=format_money(portfolio.cash),
        equity=format_money(portfolio.equity),
        realized_pnl=format_money(portfolio.realized),
        unrealized_pnl=format_money(portfolio.unrealized),
        fees=format_fixed(portfolio.fees),
        gross_notional=format_money(portfolio.gross_notional),
        net_notional=format_money(portfolio.net_notional),
        peak_equity=format_money(portfolio.peak_equity),
        drawdown=format_money(portfolio.drawdown),
    )


def position_replies(key: AccountKey, state: AccountState) -> list[Position]:
    """Describe the positions of an account, closed ones too, by symbol."""
    user, feed_session = key
    return [
        Position(
            user=user,
            feed_session=feed_session,
            symbol=symbol,
            quantity=format_fixed(held.quantity),
            average_price=format_optional(held.average_price),
            mark=format_fixed(mark),
            realized_pnl=format_money(held.realized),
            unrealized_pnl=format_money(held.unrealized(mark)),
            fees=format_fixed(held.fees),
        )
        for symbol, held in sorted(state.portfolio.positions.items())
        for mark in [state.portfolio.marks[symbol]]
    ]


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
