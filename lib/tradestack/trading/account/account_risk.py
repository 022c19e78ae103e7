"""The limits on risk, where an account meets them: at each request, fill and valuation.

    judge(order, …)        a new order, or the one that a replace asks for → the breach, or None
    note_…                 what counts against limits
    mark(records)          value positions, up to the first message at which a loss is too large
    after_trade(…)         fills → what they break
    renew(…), settle()     other limits or trading states, set from outside the account

What happens here depends on the account's own state, its tape and its limits, so it comes again
when the account is made again. A change of limits or states begins with a checkpoint.
"""

from typing import TYPE_CHECKING

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecRestatementReason, Order, OrdType
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
)
from tradestack.domain.trading_state import TradingState
from tradestack.trading.account.loss_limits import LossLimits
from tradestack.trading.account.marking import mark_positions, marks_of
from tradestack.trading.account.place import Place
from tradestack.trading.account.risk_needs import Needs, needs_of
from tradestack.trading.account.risk_state import OwedCancels
from tradestack.trading.account.risk_view import (
    Everybody,
    account_view,
    order_after,
    order_named,
    scope_key,
)
from tradestack.trading.account.tape_volume import TapeVolume
from tradestack.trading.account.working_order import WorkingOrder
from tradestack.trading.risk.after_fill import AfterFill, act_of, after_fill, excess_orders
from tradestack.trading.risk.codes import Breach, Code
from tradestack.trading.risk.judge_risk import Part, crossed_to_cancel, judge_cancel, judge_risk
from tradestack.trading.risk.limits import RiskLimits, SelfTrade
from tradestack.trading.risk.situation import AccountView, Situation
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
        self._traded: dict[str, int] = {}  # symbol → number of a trade of it
        self._volumes: dict[tuple[str, int], TapeVolume] = {}
        self._take(limits)

    def _take(self, limits: RiskLimits) -> None:
        self.limits = limits
        self._needs: dict[str, Needs] = {}
        self._losses = LossLimits.of(limits, self._account.user)

    @property
    def _state_is_active(self) -> bool:
        risk = self._account.state.risk
        return risk.of_user is risk.of_all is TradingState.ACTIVE

    # ---- requests ----------------------------------------------------------------------------

    def judge(
        self,
        order: Order,
        place: Place,
        received_ns: int,
        everybody: Everybody,
        replaced: WorkingOrder | None = None,
    ) -> Breach | None:
        """Return the first limit that an order breaks; everybody: the accounts of all users."""
        situation = self.situation(order, place, received_ns, everybody, replaced)
        return judge_risk(situation, self.limits)

    def situation(
        self,
        order: Order,
        place: Place,
        received_ns: int,
        everybody: Everybody,
        replaced: WorkingOrder | None = None,
    ) -> Situation:
        """Return what the checks look at, as far as the limits that are set need it."""
        account, symbol = self._account, order.symbol
        needs = self._needs_in(symbol)
        last_trade = was_traded = None
        if needs.price:
            last_trade = account.tape.last_trade(symbol, place.cause)
        elif order.ord_type is OrdType.MARKET:
            was_traded = self._was_traded(symbol, place.cause)
        repeats = 0
        if needs.repeats.count:
            repeats = account.state.risk.repeated.count(order, place.time_ns, needs.repeats)
        volumes = {}
        if needs.windows_ns:
            volumes = {each: self._volume(symbol, each, place) for each in needs.windows_ns}
        return Situation(
            account=account_view(account, symbol, everybody),
            order=order,
            feed_time_ns=place.time_ns,
            received_ns=received_ns,
            last_trade=last_trade,
            replaced=replaced,
            repeats_in_window=repeats,
            volume_in_window=volumes,
            was_traded=was_traded,
        )

    def judge_replace(
        self,
        request: OrderCancelReplaceRequest,
        place: Place,
        received_ns: int,
        everybody: Everybody,
    ) -> Breach | None:
        """Return the first limit that the order breaks which a replace asks for."""
        order = order_named(self._account, request.orig_cl_ord_id)
        if order is None:  # it is refused for that, when it takes effect
            return None
        return self.judge(order_after(order, request), place, received_ns, everybody, order)

    def cancel_alarm(self, request: Request, everybody: Everybody) -> Breach | None:
        """Return the limit that one more cancel breaks; it is carried out nevertheless."""
        if isinstance(request, OrderCancelReplaceRequest):
            return None
        symbol = request.symbol or "" if isinstance(request, OrderMassCancelRequest) else ""
        scopes = self.limits.scopes(self._account.user, symbol)
        if not any(limits.max_cancel_rate.count for _, limits in scopes):
            return None
        return judge_cancel(account_view(self._account, symbol, everybody), self.limits)

    def note_submission(self, order: Order, place: Place) -> None:
        """Count an order or a replace that was sent, accepted or not."""
        risk, needs = self._account.state.risk, self._needs_in(order.symbol)
        for kind, limits in needs.counted:
            if limits.max_order_submit_rate.count:
                activity = risk.activity_of(scope_key(kind, order.symbol))
                activity.submissions.add(place.time_ns, limits.max_order_submit_rate)
        if needs.repeats.count:
            risk.repeated.add(order, place.time_ns, needs.repeats)

    def note_request(self, request: Request, place: Place) -> None:
        """Count a replace as a submission, and any other request as a cancel."""
        if isinstance(request, OrderMassCancelRequest):
            self._note_cancel(request.symbol or "", place)
            return
        order = order_named(self._account, request.orig_cl_ord_id)
        if isinstance(request, OrderCancelRequest):
            self._note_cancel("" if order is None else order.symbol, place)
        elif order is not None:
            self.note_submission(order_after(order, request), place)

    def _note_cancel(self, symbol: str, place: Place) -> None:
        risk = self._account.state.risk
        for kind, limits in self._needs_in(symbol).counted:
            if limits.max_cancel_rate.count:
                activity = risk.activity_of(scope_key(kind, symbol))
                activity.cancels.add(place.time_ns, limits.max_cancel_rate)

    def make_way(self, order: Order, place: Place) -> None:
        """Cancel what an accepted order would trade with, if `self_trade` says so."""
        if (
            self.limits.of_user(self._account.user).limits.self_trade
            is not SelfTrade.CANCEL_RESTING
        ):
            return
        text = f"{Code.SELF_TRADE}: makes way for {order.cl_ord_id}"
        for resting in crossed_to_cancel(self.situation(order, place, 0, _nobody), self.limits):
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
            self._note_executions(symbol, time_ns, fills_count)
        is_broken = self._losses.are_watched and self._value(time_ns)
        if is_broken or (fills_count and (self._losses.judge_fills or not self._state_is_active)):
            self.judge_account()

    def _note_executions(self, symbol: str, time_ns: int, count: int) -> None:
        for kind, limits in self._needs_in(symbol).counted:
            if limits.repeated_execution_limit.count:
                activity = self._account.state.risk.activity_of(scope_key(kind, symbol))
                for _ in range(count):
                    activity.executions.add(time_ns, limits.repeated_execution_limit)

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
        halts = [change for change in changes if change.cancels]
        if halts:
            text = f"{Code.TRADING_HALTED}: {halts[0].reason}"
            risk.owed = OwedCancels(cancels_all=True, text=text)
        elif changes and not self._state_is_active:
            risk.owed = self._owed_excess()

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
                account.cancel(order, None, ExecRestatementReason.CANCEL_ON_TRADING_HALT, owed.text)
            return
        for symbol in sorted({order.symbol for order in account.state.orders.values()}):
            for excess in excess_orders(self._view(symbol)):
                account.cut(account.state.orders[excess.order_id], excess.quantity, owed.text)

    # ---- what checks look at -------------------------------------------------------------------

    def _view(self, symbol: str) -> AccountView:
        return account_view(self._account, symbol, _nobody)

    def _needs_in(self, symbol: str) -> Needs:
        needs = self._needs.get(symbol)
        if needs is None:
            needs = self._needs[symbol] = needs_of(self.limits.scopes(self._account.user, symbol))
        return needs

    def _was_traded(self, symbol: str, through: int) -> bool:
        known = self._traded.get(symbol)
        if known is None or known > through:
            trade = self._account.tape.last_trade(symbol, through)
            if trade is None:
                return False
            self._traded[symbol] = trade.sequence
        return True

    def _volume(self, symbol: str, window_ns: int, place: Place) -> int:
        volume = self._volumes.get((symbol, window_ns))
        if volume is None:
            volume = TapeVolume(self._account.tape, symbol, window_ns)
            self._volumes[symbol, window_ns] = volume
        return volume.volume(place.cause, place.time_ns)


def _nobody() -> tuple["Account", ...]:
    """Return no account: what is judged here needs no other one."""
    return ()


def equity_of(account: "Account") -> int:
    """Return the equity of an account, ×10⁻⁸."""
    return account.state.portfolio.equity // SCALE
