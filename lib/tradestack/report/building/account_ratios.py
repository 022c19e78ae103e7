"""The equity at the ends of intervals, and fills → the ratios of all accounts and of each."""

from collections.abc import Iterator, Sequence

import numpy as np

from tradestack.report.columns.table import NO_CODE, Table
from tradestack.report.figures.exact import Integers, rounded_money
from tradestack.report.figures.profit.capital import capital_of
from tradestack.report.figures.profit.intervals import Intervals
from tradestack.report.figures.profit.ratios import Traded, ratios_of
from tradestack.report.figures.profit.trips import Trip
from tradestack.report.figures.traded import Fill
from tradestack.report.values.accounts import Accounts
from tradestack.report.values.ratios import RatiosOf


def account_ratios(
    equity: Table,
    accounts: Accounts,
    intervals: Intervals,
    fills: Sequence[Fill],
    trips: Sequence[Trip],
    capital: int | None,
) -> Iterator[RatiosOf]:
    """Yield the ratios of all accounts together if there are several, then of each.

    equity: columns EQUITY, with rows after the last message of each interval and after fills.
    capital: of each user, ×10⁻⁸; None: the largest gross exposure after a fill.
    """
    opened = {account.user: account.opened_equity for account in accounts.accounts}
    users: list[str | None] = [*opened]
    for user in users if len(users) == 1 else [None, *users] if users else []:
        code = NO_CODE if user is None else equity.code("user", user)
        rows = equity.rows(equity["user"] == code)
        own = [fill for fill in fills if user in (None, fill.user)]
        before = sum(opened.values()) if user is None else opened[user]
        yield ratios_of(
            Traded(
                user=user,
                profits=_profits(rows, intervals, before),
                capital=(
                    _gross_exposure(rows, own)
                    if capital is None
                    else capital * (len(opened) if user is None else 1)
                ),
                traded=rounded_money(sum(fill.quantity * fill.price for fill in own)),
                fills=len(own),
                trips=[trip for trip in trips if user in (None, trip.holder[0])],
            ),
            intervals,
        )


def _gross_exposure(rows: Table, fills: Sequence[Fill]) -> int:
    numbers = [fill.number for fill in fills]
    return capital_of(rows["gross_exposure"][np.isin(rows["feed_seq"], numbers)])


def _profits(rows: Table, intervals: Intervals, before: int) -> Integers:
    """Return what was earned in each interval; before: the equity at the beginning."""
    places = np.searchsorted(rows["feed_seq"], intervals.last_messages)
    profits: Integers = np.diff(rows["equity"][places], prepend=before)
    return profits
