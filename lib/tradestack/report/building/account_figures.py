"""Equity, positions and fills at the end of the tape → the accounts of a report."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.order import OrdStatus
from tradestack.domain.position import Position
from tradestack.report.building.order_columns import is_rejected, texts_of
from tradestack.report.columns.table import Table
from tradestack.report.figures.exact import rounded_money
from tradestack.report.figures.profit.account_money import cash_after, market_value
from tradestack.report.figures.profit.trips import Holder
from tradestack.report.figures.tape.market import Market
from tradestack.report.figures.traded import Fill
from tradestack.report.journal_facts import JournalFacts
from tradestack.report.values.accounts import (
    AccountFigures,
    Accounts,
    PositionFigures,
    Unavailable,
)
from tradestack.trading.account.account_state import AccountState

_WORKING = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)
_NO_BEGINNING = "no order journal that is kept has the beginning of its account"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTables:
    """What accounts are made of.

    equity: columns EQUITY, with a row of each user after the last message; orders: columns ORDERS;
    fills: those that are booked; positions: after the last fills; market: the tape.
    """

    equity: Table
    orders: Table
    fills: Sequence[Fill]
    positions: Mapping[Holder, Position]
    market: Market


def accounts_part(tables: AccountTables, facts: JournalFacts) -> Accounts:
    """Return the part of the report."""
    working = _working_orders(tables.orders)
    listed = tuple(
        _account(
            user,
            opening,
            end,
            _positions(tables, user, opening),
            [fill for fill in tables.fills if fill.user == user],
            working[user],
            facts.ended.get(user),
            len(tables.market.times),
        )
        for user, opening in sorted(facts.openings.items())
        for end in _ends(tables.equity, user)
    )
    traded = {fill.user for fill in tables.fills}
    return Accounts(
        accounts=listed,
        unavailable=tuple(
            Unavailable(user, _NO_BEGINNING) for user in sorted(traded - facts.openings.keys())
        ),
    )


def _ends(equity: Table, user: str) -> Iterator[dict[str, int]]:
    """Yield the last row of a user, if there is one."""
    rows = equity.rows(equity["user"] == equity.code("user", user))
    if rows.row_count:
        yield {name: int(rows[name][-1]) for name in rows}


def _account(
    user: str,
    opening: AccountState,
    end: dict[str, int],
    positions: Sequence[PositionFigures],
    fills: Sequence[Fill],
    working: int,
    ended_at: int | None,
    head: int,
) -> AccountFigures:
    cash = cash_after(opening.portfolio.cash, fills)
    equity = cash + market_value(
        [each.quantity for each in positions], [each.mark for each in positions]
    )
    from_session = None if opening.opening is None else opening.opening.feed_session
    return AccountFigures(
        user=user,
        matched_through=head if ended_at is None else ended_at,
        is_ended=ended_at is not None,
        fills=opening.fills + len(fills),
        orders_working=working,
        cash=rounded_money(cash),
        equity=rounded_money(equity),
        realized_pnl=end["realized_pnl"],
        unrealized_pnl=end["unrealized_pnl"],
        fees=end["fees"],
        gross_notional=end["gross_exposure"],
        net_notional=end["market_value"],
        peak_equity=end["peak_equity"],
        drawdown=end["drawdown"],
        drawdown_max=end["drawdown_max"],
        opened_from=from_session,
        opened_equity=rounded_money(opening.opened_equity),
        session_pnl=rounded_money(equity - opening.opened_equity),
        positions=tuple(positions),
    )


def _positions(tables: AccountTables, user: str, opening: AccountState) -> list[PositionFigures]:
    """Return the positions of a user, by symbol, at the last prices of the tape or before it."""
    taken = {} if opening.opening is None else opening.opening.positions
    found = []
    for (holder, symbol), held in sorted(tables.positions.items()):
        if holder == user:
            prices = tables.market.prices_of(symbol).prices
            mark = int(prices[-1]) if len(prices) else opening.portfolio.marks[symbol]
            found.append(
                PositionFigures(
                    symbol=symbol,
                    quantity=held.quantity,
                    average_price=held.average_price,
                    mark=mark,
                    realized_pnl=rounded_money(held.realized),
                    unrealized_pnl=rounded_money(held.unrealized(mark)),
                    fees=held.fees,
                    opened_quantity=taken.get(symbol, 0),
                )
            )
    return found


def _working_orders(orders: Table) -> Counter[str]:
    accepted = orders.rows(~is_rejected(orders))
    states = zip(texts_of(accepted, "user"), texts_of(accepted, "status"), strict=True)
    return Counter(user for user, status in states if status in _WORKING)
