"""The limits on risk, where an account meets them: at each request, fill and valuation.

    judge(order, …)        a new order, or the one that a replace asks for → the breach, or None
    mark(records)          value positions, up to the first message at which a loss is too large
    after_trade(…)         fills → what they break
    renew(…), settle()     other limits or trading states, set from outside the account

What happens here depends on the account's own state, its tape and its limits, so it comes again
when the account is made again. A change of limits or states begins with a checkpoint.
"""

from typing import TYPE_CHECKING

import msgspec

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecRestatementReason, Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    Request,
)
from tradestack.domain.trading_state import TradingState
from tradestack.trading.account.holdings.marking import mark_positions, marks_of
from tradestack.trading.account.risk.loss_limits import LossLimits
from tradestack.trading.account.risk.risk_counting import note_executions, symbol_of
from tradestack.trading.account.risk.risk_needs import Needs
from tradestack.trading.account.risk.risk_situation import Situations
from tradestack.trading.account.risk.risk_view import (
    Everybody,
    account_view,
    order_after,
)
from tradestack.trading.account.risk_state import OwedCancels, RiskState
from tradestack.trading.orders.place import Place
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.after_fill import AfterFill, act_of, after_fill, excess_orders
from tradestack.trading.risk.codes import Breach, Code
from tradestack.trading.risk.judge_risk import (
    NearLimits,
    Part,
    ReadingAt,
    crossed_to_cancel,
    explain_risk,
    judge_cancel,
    judge_risk,
)
from tradestack.trading.risk.limits import RiskLimits, SelfTrade
from tradestack.trading.risk.situation import AccountView
from tradestack.trading.risk.trading_state import TradingStates, stricter
from tradestack.wire.feed import TickRecords

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account

_CODES = {
    TradingState.REDUCING: Code.TRADING_STATE_REDUCING,
    TradingState.HALTED: Code.TRADING_HALTED,
}


class AccountRisk:
    """The limits of one account; its `RiskState` is a part of the account's state."""

    def __init__(self, account: "Account", limits: RiskLimits) -> None:
        self._account = account
        self._take(limits)

    def _take(self, limits: RiskLimits) -> None:
        self.limits = limits
        self._situations = Situations(self._account, limits)
        self._losses = LossLimits.of(limits, self._account.user)

    @property
    def _state_is_active(self) -> bool:
        risk = self._account.state.risk
        return risk.of_user is risk.of_all is TradingState.ACTIVE

    def needs_in(self, symbol: str) -> Needs:
        """Return what the limits in a symbol need."""
        return self._situations.needs_in(symbol)

    # ---- requests ----------------------------------------------------------------------------

    def judge(
        self,
        order: Order,
        place: Place,
        received_ns: int,
        everybody: Everybody,
        replaced: WorkingOrder | None = None,
        part: Part = Part.ALL,
        near: NearLimits | None = None,
    ) -> Breach | None:
        """Return the first limit that an order breaks; everybody: the accounts of all users."""
        situation = self._situations.of(order, place, received_ns, everybody, replaced)
        return judge_risk(situation, self.limits, part, near)

    def explain(self, order: Order, place: Place, received_ns: int) -> list[ReadingAt]:
        """Return what is measured of an order, by the limits that need no other account."""
        situation = self._situations.of(order, place, received_ns, _nobody)
        return explain_risk(situation, self.limits, Part.ONE_ACCOUNT)

    def judge_replace(
        self,
        request: OrderCancelReplaceRequest,
        place: Place,
        received_ns: int,
        everybody: Everybody,
        part: Part = Part.ALL,
        near: NearLimits | None = None,
    ) -> Breach | None:
        """Return the first limit that the order breaks which a replace asks for."""
        order = self._account.state.named(request.orig_cl_ord_id)
        if order is None:  # it is refused for that, when it takes effect
            return None
        after = order_after(order, request)
        return self.judge(after, place, received_ns, everybody, order, part, near)

    def cancel_alarm(self, request: Request, everybody: Everybody) -> Breach | None:
        """Return the limit that one more cancel breaks; it is carried out nevertheless."""
        if isinstance(request, OrderCancelReplaceRequest):
            return None
        symbol = symbol_of(self._account, request)
        scopes = self.limits.scopes(self._account.user, symbol)
        if not any(limits.max_cancel_rate.count for _, limits in scopes):
            return None
        return judge_cancel(account_view(self._account, symbol, everybody), self.limits)

    def make_way(self, order: Order, place: Place) -> None:
        """Cancel what an accepted order would trade with, if `self_trade` says so."""
        own = self.limits.of_user(self._account.user).limits
        if own.self_trade is not SelfTrade.CANCEL_RESTING:
            return
        situation = self._situations.of(order, place, 0, _nobody)
        text = f"{Code.SELF_TRADE}: makes way for {order.cl_ord_id}"
        for resting in crossed_to_cancel(situation, self.limits):
            self._account.cancel(resting, None, ExecRestatementReason.OTHER, text)

    # ---- the tape ----------------------------------------------------------------------------

    def mark(self, records: TickRecords) -> int | None:
        """Value positions by the trades among the records.

        With a limit on losses: up to the first message that breaks it; return its row.
        """
        account = self._account
        portfolio = account.state.portfolio
        if not self._losses.are_watched:
            mark_positions(portfolio, records)
            return None
        for row, symbol, price, time_ns in marks_of(portfolio, records):
            portfolio.mark(symbol, price)
            if self._value(time_ns):
                return row
        return None

    def _value(self, time_ns: int) -> bool:
        """Value the account; return whether a limit on losses is broken that then acts."""
        state = self._account.state
        self._losses.value(state.risk, state.portfolio, time_ns)
        return self._losses.is_broken(state.risk, has_orders=bool(state.orders))

    def judge_account(self) -> None:
        """Carry out what the newest valuation or fill has broken."""
        self._carry_out(after_fill(self._view(""), self.limits, Part.ONE_ACCOUNT))

    def after_trade(self, symbol: str, time_ns: int, fills_count: int) -> None:
        """Count fills, value the account, and carry out what follows."""
        state = self._account.state
        risk = state.risk
        if fills_count:
            risk.counts_of(symbol).trades += fills_count
            note_executions(self._account, symbol, time_ns, fills_count)
        is_broken = self._losses.are_watched and self._value(time_ns)
        if is_broken or (fills_count and (self._losses.judge_fills or not self._state_is_active)):
            self.judge_account()

    def after_replace(self) -> None:
        """Cancel what a replace asked for while more was allowed than now that it has arrived."""
        if not self._state_is_active:
            self._cancel(self._owed_excess())

    def _carry_out(self, found: AfterFill) -> None:
        """Change the user's state, and cancel what it does not allow any more."""
        account = self._account
        risk = account.state.risk
        for breach in found.breaches:
            act = act_of(breach)
            assert act is not None, "a breach without effect is not found"
            session, sequence = account.tape.session_id, account.state.matched_through
            record = account.sink.change_state(act, session, sequence)
            risk.of_user, risk.user_act_ns = record.state, record.time_ns
        if found.cancels_all:
            self._cancel(OwedCancels(cancels_all=True, text=found.cancels_all[0].text))
        elif not self._state_is_active:
            self._cancel(self._owed_excess())

    # ---- changes from outside ------------------------------------------------------------------

    def begin(self, limits: RiskLimits, states: TradingStates) -> None:
        """Take limits and states into an account that begins."""
        state = self._account.state
        state.risk.watch.reset(equity_of(self._account))
        self.renew(limits, states)
        state.risk.owed = None

    def go_on(self, before: RiskState, limits: RiskLimits) -> None:
        """Go on from what the user's account before had lost, under its limits and states.

        `renew` follows: so peak and losses count on, unless somebody has set ACTIVE since.
        """
        self._take(limits)
        risk = self._account.state.risk
        risk.watch, risk.day = msgspec.structs.replace(before.watch), before.day
        risk.of_user, risk.user_act_ns = before.of_user, before.user_act_ns
        risk.of_all, risk.all_act_ns = before.of_all, before.all_act_ns

    def is_current(self, limits: RiskLimits, states: TradingStates) -> bool:
        """Return whether the account has these limits and states."""
        risk = self._account.state.risk
        last_of_all, last = states.of_all, states.users.get(self._account.user)
        return (
            risk.limits_hash == limits.hash
            and risk.all_act_ns == (0 if last_of_all is None else last_of_all.time_ns)
            and risk.user_act_ns == (0 if last is None else last.time_ns)
        )

    def renew(self, limits: RiskLimits, states: TradingStates) -> None:
        """Take other limits and states; what they cancel is owed until `settle`."""
        account, was_watched = self._account, self._losses.are_watched
        risk = account.state.risk
        self._take(limits)
        risk.limits_hash = limits.hash
        last_of_all, last = states.of_all, states.users.get(account.user)
        changes = []
        if last_of_all is not None and last_of_all.time_ns != risk.all_act_ns:
            changes.append(last_of_all)
            risk.of_all, risk.all_act_ns = last_of_all.state, last_of_all.time_ns
        if last is not None and last.time_ns != risk.user_act_ns:
            changes.append(last)
            risk.of_user, risk.user_act_ns = last.state, last.time_ns
        is_reset = any(change.state is TradingState.ACTIVE for change in changes)
        if is_reset or (self._losses.are_watched and not was_watched):
            risk.watch.reset(equity_of(account))
        if is_reset:
            risk.forget_executions()
        halts = [change for change in changes if change.cancels]
        if halts:
            text = f"{Code.TRADING_HALTED}: {halts[0].reason}"
            risk.owed = OwedCancels(cancels_all=True, text=text)
        elif changes and not self._state_is_active:
            risk.owed = self._owed_excess()

    def owe(self, owed: OwedCancels) -> None:
        """Note cancels by an operator or user, to be made by `settle`."""
        self._account.state.risk.owed = owed

    def settle(self) -> None:
        """Cancel what is owed."""
        risk = self._account.state.risk
        owed, risk.owed = risk.owed, None
        if owed is not None:
            self._cancel(owed)

    def _owed_excess(self) -> OwedCancels:
        risk = self._account.state.risk
        state = stricter(risk.of_all, risk.of_user)
        text = f"{_CODES[state]}: it may open or increase a position"
        return OwedCancels(cancels_all=False, text=text)

    def _cancel(self, owed: OwedCancels) -> None:
        account = self._account
        if owed.cancels_all:
            for order in list(account.state.orders.values()):
                if owed.symbol in (None, order.symbol):
                    account.cancel(order, None, owed.reason, owed.text)
            return
        for symbol in sorted({order.symbol for order in account.state.orders.values()}):
            for excess in excess_orders(self._view(symbol)):
                account.cut(account.state.orders[excess.order_id], excess.quantity, owed.text)

    # ---- what checks look at -------------------------------------------------------------------

    def _view(self, symbol: str) -> AccountView:
        return account_view(self._account, symbol, _nobody)


def _nobody() -> tuple["Account", ...]:
    """Return no account: what is judged here needs no other one."""
    return ()


def equity_of(account: "Account") -> int:
    """Return the equity of an account, ×10⁻⁸."""
    return account.state.portfolio.equity // SCALE
