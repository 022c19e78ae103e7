"""Accounts and positions, as the control socket and tradestackctl describe them.

All numbers that have a fraction are decimal texts: exact, money rounded half to even to 8 decimals.
"""

import msgspec

from tradestack.domain.fixed_point import format_fixed, format_money
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountKey
from tradestack.wire.order_texts import format_optional


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a user in a feed session.

    matched_through: number of the newest feed message that its orders have met; registered: whether
    a strategy decides how far that is; interactive: whether the strategy reads its reports; ended:
    whether the feed session is over for it. equity is cash and positions at their marks, which are
    the last trades; drawdown is what it is below peak_equity. opened_from: the feed session whose
    account it goes on from, or null if it began flat: then cash, equity, peak, profits and fees are
    those of all sessions up to here. opened_equity is what it began with, session_pnl what was
    earned since, after fees.
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
    opened_from: str | None
    opened_equity: str
    session_pnl: str


class UnavailableAccount(msgspec.Struct, frozen=True):
    """An account that cannot be used now, and why."""

    user: str
    feed_session: str
    reason: str


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds of a symbol, and has earned with it; below 0 for a short position.

    average_price: what a unit of it cost, or null if the position is closed; mark: the last trade
    that the account has met, or one before it; profits are before fees. opened_quantity: what was
    held when the account began; profits and fees from before it are included.
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
    opened_quantity: str


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
        opened_from=None if state.opening is None else state.opening.feed_session,
        opened_equity=format_money(state.opened_equity),
        session_pnl=format_money(portfolio.equity - state.opened_equity),
    )


def position_replies(key: AccountKey, state: AccountState) -> list[Position]:
    """Describe the positions of an account, closed ones too, by symbol."""
    user, feed_session = key
    opened = {} if state.opening is None else state.opening.positions
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
            opened_quantity=format_fixed(opened.get(symbol, 0)),
        )
        for symbol, held in sorted(state.portfolio.positions.items())
        for mark in [state.portfolio.marks[symbol]]
    ]
