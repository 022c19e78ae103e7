"""Accounts → what each scope holds and has used, as the checks look at it.

Nothing is worked out before a check asks for it, and few do. What all users have used is the sum of
what their accounts have, so no count of it has to survive a restart by itself.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tradestack.domain.order import Order
from tradestack.domain.requests import OrderCancelReplaceRequest
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.risk_state import SymbolCounts
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.exposure import Exposure, notional_of
from tradestack.trading.risk.limits import NO_LIMITS, Limits, RiskLimits, ScopedLimits
from tradestack.trading.risk.scopes import OF_ALL_USERS, ScopeKind
from tradestack.trading.risk.situation import AccountView, Standing
from tradestack.trading.risk.windows import Activity

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account

# The accounts of all users; few limits need them.
Everybody = Callable[[], Iterable["Account"]]

_NO_ACTIVITY = Activity()

OF_A_SYMBOL = frozenset({ScopeKind.USER_SYMBOL, ScopeKind.SYMBOL})


def account_view(account: "Account", symbol: str, everybody: Everybody) -> AccountView:
    """Return an account as the checks look at it, in one symbol; "" = in all."""
    state = account.state
    risk = state.risk
    return AccountView(
        user=account.user,
        symbol=symbol,
        standings=_Standings(account, symbol, everybody),
        working_orders=_OrdersIn(state, symbol) if symbol else state.orders.values(),
        orders_working=len(state.orders),
        state_of_user=risk.of_user,
        state_of_all=risk.of_all,
    )


def scope_key(kind: ScopeKind, symbol: str) -> str:
    """Return the name of a scope within an account."""
    return f"{kind} {symbol}" if kind in OF_A_SYMBOL else kind.value


def order_after(order: WorkingOrder, request: OrderCancelReplaceRequest) -> Order:
    """Return the order that a replace asks for."""
    return Order(
        cl_ord_id=request.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        quantity=request.quantity,
        ord_type=order.ord_type,
        time_in_force=order.time_in_force,
        price=request.price,
    )


class _OrdersIn(Collection[WorkingOrder]):
    """The working orders in one symbol, the oldest first."""

    def __init__(self, state: AccountState, symbol: str) -> None:
        self._state = state
        self._symbol = symbol

    def __iter__(self) -> Iterator[WorkingOrder]:
        orders = self._state.orders.values()
        return (order for order in orders if order.symbol == self._symbol)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, order: object) -> bool:
        return any(each is order for each in self)


class _Standings(Mapping[ScopeKind, Standing]):
    """The standing of each scope of an account and a symbol."""

    def __init__(self, account: "Account", symbol: str, everybody: Everybody) -> None:
        self._account = account
        self._symbol = symbol
        self._everybody = everybody
        self._found: dict[ScopeKind, Standing] = {}

    def __getitem__(self, kind: ScopeKind) -> Standing:
        standing = self._found.get(kind)
        if standing is None:
            standing = self._found[kind] = self._standing(kind)
        return standing

    def __iter__(self) -> Iterator[ScopeKind]:
        return iter(ScopeKind)

    def __len__(self) -> int:
        return len(ScopeKind)

    def _standing(self, kind: ScopeKind) -> Standing:
        account = self._account
        if kind not in OF_ALL_USERS:
            return _standing_of(account, kind, self._symbol, account.risk.limits, account.now_ns)
        limits, now_ns = account.risk.limits, account.now_ns
        return _sum_of(
            [_standing_of(each, kind, self._symbol, limits, now_ns) for each in self._everybody()]
        )


def _standing_of(
    account: "Account", kind: ScopeKind, symbol: str, limits: RiskLimits, time_ns: int
) -> Standing:
    """Return what one account has in a scope, as far as the limits of the scope ask for it.

    time_ns: feed time, at which windows end.
    """
    state = account.state
    of_scope = _limits_at(kind, limits.scopes(account.user, symbol))
    exposure = exposure_in(account, symbol)
    if of_scope is NO_LIMITS:
        return Standing(exposure=exposure)
    is_of_symbol = kind in OF_A_SYMBOL
    gross = long = short = active = orders = trades = 0
    if of_scope.max_gross_notional or of_scope.max_net_notional:
        symbols = (symbol,) if is_of_symbol else symbols_of(state)
        gross, long, short = _notionals(account, symbols)
    if of_scope.active_order_limit:
        active = account.leaves.of(symbol).orders if is_of_symbol else len(state.orders)
    if of_scope.total_order_limit or of_scope.total_trade_limit:
        counted = _counts_in(state, symbol if is_of_symbol else None)
        orders = sum([counts.orders for counts in counted])
        trades = sum([counts.trades for counts in counted])
    watch = state.risk.watch
    activity = state.risk.activities.get(scope_key(kind, symbol), _NO_ACTIVITY)
    return Standing(
        exposure=exposure,
        gross_notional=gross,
        long_notional=long,
        short_notional=short,
        active_orders=active,
        orders_count=orders,
        trades_count=trades,
        equity=watch.equity,
        peak_equity=watch.peak_equity,
        reference_equity=watch.reference_equity,
        submissions_in_window=activity.submissions.count(time_ns, of_scope.max_order_submit_rate),
        cancels_in_window=activity.cancels.count(time_ns, of_scope.max_cancel_rate),
        executions_in_window=activity.executions.count(time_ns, of_scope.repeated_execution_limit),
    )


def _limits_at(kind: ScopeKind, scopes: ScopedLimits) -> Limits:
    for scope, limits in scopes:
        if scope.kind is kind:
            return limits
    return NO_LIMITS


def _sum_of(standings: Sequence[Standing]) -> Standing:
    """Return what several accounts have together; each loss counts from its own peak."""
    if len(standings) == 1:
        return standings[0]
    numbers = {
        name: sum([getattr(each, name) for each in standings])
        for name in Standing.__struct_fields__[1:]
    }
    exposures = [each.exposure for each in standings]
    exposure = Exposure(
        position=sum([each.position for each in exposures]),
        buy_leaves=sum([each.buy_leaves for each in exposures]),
        sell_leaves=sum([each.sell_leaves for each in exposures]),
    )
    return Standing(exposure=exposure, **numbers)


def exposure_in(account: "Account", symbol: str) -> Exposure:
    """Return position and leaves in a symbol; larger ones of replaces under way count."""
    leaves = account.leaves.of(symbol)
    return Exposure(
        position=account.state.portfolio.position(symbol).quantity,
        buy_leaves=leaves.buys,
        sell_leaves=leaves.sells,
    )


def _notionals(account: "Account", symbols: Iterable[str]) -> tuple[int, int, int]:
    """Return the worth of all positions at worst, and of the longs and shorts, at last prices.

    What was held before the feed session is worth its old mark until its symbol is traded.
    """
    gross = long = short = 0
    for symbol in symbols:
        exposure = exposure_in(account, symbol)
        last = account.tape.last_trade(symbol, account.state.matched_through)
        price = account.state.portfolio.marks.get(symbol) if last is None else last.price
        if price is not None:
            gross += notional_of(exposure.worst_quantity, price)
            long += notional_of(exposure.long_quantity, price)
            short += notional_of(exposure.short_quantity, price)
    return gross, long, short


def _counts_in(state: AccountState, symbol: str | None) -> list[SymbolCounts]:
    """Return the counts of a symbol, or of all."""
    counts = state.risk.counts
    if symbol is None:
        return list(counts.values())
    return [counts[symbol]] if symbol in counts else []


def symbols_of(state: AccountState) -> tuple[str, ...]:
    """Return the symbols with orders in this feed session, or positions from before it."""
    if state.opening is None:
        return tuple(state.risk.counts)
    return tuple({**state.risk.counts, **dict.fromkeys(state.opening.positions)})
