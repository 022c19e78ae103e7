"""Executed orders and their fills → execution quality: of all, of each user, of its symbols."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tradestack.report.figures.execution.executed_orders import ExecutedOrder
from tradestack.report.figures.execution.markouts import later_prices
from tradestack.report.figures.execution.quality_sums import QualitySums
from tradestack.report.figures.tape.market import Market
from tradestack.report.figures.traded import Fill
from tradestack.report.values.execution_quality import ExecutionQuality

Group = tuple[str | None, str | None]  # user, symbol; None: all
Groups = dict[Group, QualitySums]


def execution_quality(
    market: Market, orders: Iterable[ExecutedOrder], fills: Sequence[Fill], groups_max: int
) -> tuple[ExecutionQuality, ...]:
    """Return the quality of all orders, then of users, then of users' symbols.

    fills: of these orders. Of the groups those with the most orders, `groups_max` at most.
    """
    by_symbol: Groups = defaultdict(QualitySums)
    for executed in orders:
        by_symbol[executed.order.user, executed.order.symbol].add_order(executed)
    for fill, later in later_prices(market, fills):
        by_symbol[fill.user, fill.symbol].add_fill(fill, later)
    by_user: Groups = defaultdict(QualitySums)
    for (user, _), sums in by_symbol.items():
        by_user[user, None] = by_user[user, None].plus(sums)
    total: Groups = defaultdict(QualitySums)
    for sums in by_user.values():
        total[None, None] = total[None, None].plus(sums)
    found = [
        sums.quality(*group)
        for groups in (total, by_user, by_symbol)
        for group, sums in sorted(groups.items(), key=_most_orders_first)
    ]
    return tuple(found[:groups_max])


def _most_orders_first(item: tuple[Group, QualitySums]) -> tuple[int, str, str]:
    (user, symbol), sums = item
    return -sums.orders, user or "", symbol or ""
