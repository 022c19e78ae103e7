"""Executed orders and their fills → execution quality: of all, of each user, of its symbols."""

from collections.abc import Iterable, Sequence

from tradestack.report.figures.executed_orders import ExecutedOrder, Fill
from tradestack.report.figures.market import Market
from tradestack.report.figures.markouts import later_prices
from tradestack.report.figures.quality_sums import QualitySums
from tradestack.report.values.execution_quality import ExecutionQuality

Group = tuple[str | None, str | None]  # user, symbol; None: all


def execution_quality(
    market: Market, orders: Iterable[ExecutedOrder], fills: Sequence[Fill], groups_max: int
) -> tuple[ExecutionQuality, ...]:
    """Return the quality of all orders, then of users, then of users' symbols.

    fills: of these orders. Of the groups those with the most orders, `groups_max` at most.
    """
    sums: dict[Group, QualitySums] = {}
    for executed in orders:
        for group in _groups_of(executed.order.user, executed.order.symbol):
            sums.setdefault(group, QualitySums()).add_order(executed)
    for fill, later in later_prices(market, fills):
        for group in _groups_of(fill.user, fill.symbol):
            sums.setdefault(group, QualitySums()).add_fill(fill, later)
    ordered = sorted(sums, key=lambda group: (_depth(group), -sums[group].orders, _name(group)))
    return tuple(sums[group].quality(*group) for group in ordered[:groups_max])


def _groups_of(user: str, symbol: str) -> tuple[Group, Group, Group]:
    return (None, None), (user, None), (user, symbol)


def _depth(group: Group) -> int:
    return sum(part is not None for part in group)


def _name(group: Group) -> tuple[str, ...]:
    return tuple(part or "" for part in group)
