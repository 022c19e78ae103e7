"""The curves of exact equity, and the choice of the messages that they are drawn from."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tradestack.report.building.bounds import CURVES_MAX, POINTS_MAX
from tradestack.report.columns.table import NO_CODE, Table
from tradestack.report.figures.tape.equity_path import equity_path, extremes
from tradestack.report.figures.tape.market import Market, Numbers
from tradestack.report.figures.traded import Fill
from tradestack.report.values.series import EquityCurve
from tradestack.trading.account.account_state import AccountState

Chosen = Mapping[str | None, Numbers]  # messages by user, None: of all together


def curve_messages(
    market: Market, fills: Sequence[Fill], openings: Mapping[str, AccountState]
) -> Chosen:
    """Return of each curve the messages it is drawn of; users with the most fills have one."""
    by_user: dict[str, list[Fill]] = {user: [] for user in openings}
    for fill in fills:
        by_user.setdefault(fill.user, []).append(fill)
    chosen: dict[str | None, Numbers] = {}
    total = np.zeros(len(market.times))
    by_fills = sorted(by_user, key=lambda user: (-len(by_user[user]), user))
    is_one = len(by_fills) == 1
    for place, user in enumerate(by_fills):
        path = equity_path(market, by_user[user], _held(openings.get(user)))
        if place < CURVES_MAX - 1 or is_one:
            chosen[user] = extremes(path, POINTS_MAX)
        total += path
    return chosen if is_one or not by_fills else {None: extremes(total, POINTS_MAX), **chosen}


def equity_curves(equity: Table, chosen: Chosen, messages: int) -> Iterator[EquityCurve]:
    """Yield the curves; equity: columns EQUITY, with a row for each chosen message."""
    for user, numbers in chosen.items():
        code = NO_CODE if user is None else equity.code("user", user)
        of_user = equity.rows(equity["user"] == code)
        rows = of_user.rows(np.isin(of_user["feed_seq"], numbers))
        yield EquityCurve(
            user=user,
            times=tuple(rows["event_time"].tolist()),
            equity=tuple(rows["equity"].tolist()),
            drawdown=tuple(rows["drawdown"].tolist()),
            gross=tuple(rows["gross_exposure"].tolist()),
            net=tuple(rows["market_value"].tolist()),
            rows_total=messages,
        )


def _held(opening: AccountState | None) -> Mapping[str, int]:
    if opening is None:
        return {}
    portfolio = opening.portfolio
    return {symbol: portfolio.position(symbol).quantity for symbol in portfolio.held}
