"""An account after a fill, limits → what has to be canceled, and which trading state changes.

Where only reducing orders are allowed, those that rest may turn into more than that as the position
shrinks. So they are judged again at each fill and at each change of the state, in both states that
are stricter than ACTIVE: what might open a position is canceled.
"""

from collections.abc import Iterable
from typing import NamedTuple

from tradestack.domain.order import Side
from tradestack.domain.trading_state import TradingState
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.check import Judged
from tradestack.trading.risk.codes import Breach, OnBreach
from tradestack.trading.risk.judge_risk import Part, account_breaches
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.situation import AccountView
from tradestack.trading.risk.trading_state import TRANSITIONS, StateAct, StateEvent

_EVENTS = {
    OnBreach.REDUCE: StateEvent.BREACH_REDUCES,
    OnBreach.HALT: StateEvent.BREACH_HALTS,
    OnBreach.HALT_AND_CANCEL: StateEvent.BREACH_HALTS,
}


class Excess(NamedTuple):
    """What has to be canceled of a working order: all of its leaves, or a part of them."""

    order_id: int
    quantity: int  # ×10⁻⁸


class AfterFill(NamedTuple):
    """What follows from a fill.

    breaches: those that change a state or cancel orders; those that only refuse orders are found
    when there is one. excess: of the symbol's orders, under the states that the breaches lead to.
    cancels_all: every order of these breaches' scopes is canceled, in all symbols.
    """

    breaches: tuple[Breach, ...]
    excess: tuple[Excess, ...]
    cancels_all: tuple[Breach, ...]


def after_fill(account: AccountView, limits: RiskLimits, part: Part = Part.ALL) -> AfterFill:
    """Account, limits → what follows from the fill that made the account so."""
    found = account_breaches(account, limits, part, Judged.ORDER_AND_FILL)
    breaches = tuple(each for each in found if _has_effect(each, account))
    cancels_all = tuple(each for each in breaches if each.on_breach is OnBreach.HALT_AND_CANCEL)
    if cancels_all:
        excess = tuple(_excess_of(account.working_orders))
    elif breaches or account.state is not TradingState.ACTIVE:
        excess = excess_orders(account)
    else:
        excess = ()
    return AfterFill(breaches, excess, cancels_all)


def act_of(breach: Breach) -> StateAct | None:
    """Breach → the act that changes the trading state of its scope; None if it only refuses."""
    event = _EVENTS.get(breach.on_breach)
    if event is None:
        return None
    return StateAct(
        event=event,
        reason=breach.text,
        user=breach.scope.user,
        code=breach.code,
        cancels=breach.on_breach is OnBreach.HALT_AND_CANCEL,
    )


def excess_orders(account: AccountView) -> tuple[Excess, ...]:
    """Account → what its working orders have beyond closing the position, the newest first.

    Of the orders that close it the oldest are kept.
    """
    position = account.exposure.position
    closing = Side.SELL if position > 0 else Side.BUY
    room = abs(position)
    excess = []
    for order in account.working_orders:
        kept = min(order.leaves_quantity, room) if order.side is closing else 0
        room -= kept
        if kept < order.leaves_quantity:
            excess.append(Excess(order.order_id, order.leaves_quantity - kept))
    return tuple(reversed(excess))


def _excess_of(orders: Iterable[WorkingOrder]) -> list[Excess]:
    return [Excess(order.order_id, order.leaves_quantity) for order in orders]


def has_effect(on_breach: OnBreach, state: TradingState, *, has_orders: bool) -> bool:
    """Return whether a breach is news: a state that is strict enough is not changed again."""
    event = _EVENTS.get(on_breach)
    if event is None:
        return False
    cancels = on_breach is OnBreach.HALT_AND_CANCEL and has_orders
    return cancels or TRANSITIONS[event][state] is not state


def _has_effect(breach: Breach, account: AccountView) -> bool:
    state = account.state_of_all if breach.scope.user is None else account.state_of_user
    return has_effect(breach.on_breach, state, has_orders=bool(account.working_orders))
