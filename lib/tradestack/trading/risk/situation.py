"""What the checks look at: an order, the market at its cause, and what each scope has used.

All of it is as it was before the order; a replace is judged as the order that it would become, and
the checks take the leaves of the replaced order away themselves. What several checks look at is
worked out once.
"""

from collections.abc import Collection, Mapping

import msgspec

from tradestack.domain.computed_once import computed_once
from tradestack.domain.order import Order, OrdType, Side
from tradestack.domain.trade import Trade
from tradestack.domain.trading_state import TradingState
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.exposure import Exposure
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.trading_state import stricter


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What one scope holds and has used; money ×10⁻⁸.

    exposure: in the order's symbol. gross_notional: Σ of the worst quantity times the last price,
    over users and symbols; long_notional, short_notional: Σ of the long and of the short quantity
    times the last price. equity: the best of the newest `loss_confirm_ticks` valuations.
    The counts in windows are those of the scope's own limits, without the order that is judged.
    """

    exposure: Exposure = Exposure()
    gross_notional: int = 0
    long_notional: int = 0
    short_notional: int = 0
    active_orders: int = 0
    orders_count: int = 0  # accepted since the account began
    trades_count: int = 0
    equity: int = 0
    peak_equity: int = 0
    reference_equity: int = 0  # at the start of the day or the last reset
    submissions_in_window: int = 0  # orders and replaces, refused ones too
    cancels_in_window: int = 0
    executions_in_window: int = 0


class AccountView(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A user's account in one symbol, as it is between two events.

    standings: USER, and every other scope with a limit that counts what the scope has used.
    working_orders: those of the symbol, the oldest first. orders_working: how many the user has.
    repeats_in_window: how often the user has sent the order that was repeated most; only what shows
    usage works it out.
    """

    user: str
    symbol: str
    standings: Mapping[ScopeKind, Standing]
    working_orders: Collection[WorkingOrder] = ()
    orders_working: int = 0
    repeats_in_window: int = 0
    state_of_user: TradingState = TradingState.ACTIVE
    state_of_all: TradingState = TradingState.ACTIVE

    @property
    def state(self) -> TradingState:
        """Return the trading state that holds."""
        return stricter(self.state_of_user, self.state_of_all)

    @computed_once
    def exposure(self) -> Exposure:
        """Return the user's own exposure in the symbol."""
        return self.standings[ScopeKind.USER].exposure


class Situation(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An order before it is judged.

    order: of a replace, the order that it would become. replaced: the working order that it is now.
    feed_time_ns: at the order's cause. received_ns: wall time. last_trade: of the symbol, up to
    the cause. repeats_in_window: earlier orders of the user with the same symbol, side, quantity
    and price. volume_in_window: of the symbol, for each `participation_window_ns` of its limits.
    works: the order works already and is asked about again, as a replace by itself.
    was_traded: whether the symbol has an earlier trade, where no limit needs to know which one;
    None: last_trade says it.
    """

    account: AccountView
    order: Order
    feed_time_ns: int
    received_ns: int
    last_trade: Trade | None
    replaced: WorkingOrder | None = None
    repeats_in_window: int = 0
    volume_in_window: dict[int, int] = {}
    was_traded: bool | None = None
    works: bool = False

    @property
    def has_price(self) -> bool:
        """Return whether the symbol was traded before."""
        return self.last_trade is not None if self.was_traded is None else self.was_traded

    @property
    def leaves_quantity(self) -> int:
        """Return what the order has left to fill."""
        filled = 0 if self.replaced is None else self.replaced.cum_quantity
        return self.order.quantity - filled

    @computed_once
    def added_leaves(self) -> int:
        """Return how much more works on the order's side with the order."""
        before = 0 if self.replaced is None else self.replaced.leaves_quantity
        return self.leaves_quantity - before

    @computed_once
    def exposure_after(self) -> Exposure:
        """Return the user's exposure in the symbol with the order."""
        return self.account.exposure.with_leaves(self.order.side, self.added_leaves)

    @property
    def is_reducing(self) -> bool:
        """Return whether the order adds no risk: limits on risk must not stop an exit.

        It only reduces the position, or it only makes a working order smaller.
        """
        return self.exposure_after.is_reduced_by(self.order.side) or self._only_shrinks

    @property
    def worst_price(self) -> int | None:
        """Return the higher of last price and limit, without their sign; None without a last one.

        A sell below the market trades at the market, so its own limit would understate it.
        """
        if self.last_trade is None:
            return None
        return max(abs(self.last_trade.price), abs(self.order.price or 0))

    @property
    def _only_shrinks(self) -> bool:
        replaced = self.replaced
        if replaced is None or self.works:
            return False
        return self.order.price == replaced.price and self.added_leaves <= 0


def crossed_orders(situation: Situation) -> list[WorkingOrder]:
    """Return the user's working orders that the order would trade with."""
    order = situation.order
    return [
        resting
        for resting in situation.account.working_orders
        if resting.side is not order.side and _crosses(order, resting)
    ]


def _crosses(order: Order, resting: WorkingOrder) -> bool:
    """Return whether the prices meet; a market order meets every price."""
    if order.ord_type is OrdType.MARKET or order.price is None or resting.price is None:
        return True
    if order.side is Side.BUY:
        return order.price >= resting.price
    return order.price <= resting.price
