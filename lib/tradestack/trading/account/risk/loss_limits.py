"""The limits on losses of one account, ready to be looked at with each valuation."""

from dataclasses import dataclass
from typing import Self

from tradestack.domain.clock import DAY_NS
from tradestack.domain.fixed_point import SCALE
from tradestack.trading.account.holdings.portfolio import Portfolio
from tradestack.trading.account.risk_state import RiskState
from tradestack.trading.risk.after_fill import has_effect
from tradestack.trading.risk.limits import Limits, RiskLimits


@dataclass(frozen=True, slots=True)
class LossLimits:
    """The limits of a user on losses and fills.

    are_watched: whether the equity of the account is watched, for the user or for all together.
    judge_fills: whether a fill can break a limit.
    """

    own: Limits
    confirm_ticks: int
    are_watched: bool
    judge_fills: bool

    @classmethod
    def of(cls, limits: RiskLimits, user: str) -> Self:
        """Return those of a user."""
        own, total = limits.of_user(user).limits, limits.total
        has_own = bool(own.max_daily_loss or own.max_drawdown)
        watched = own if has_own else total
        return cls(
            own=own,
            confirm_ticks=watched.loss_confirm_ticks,
            are_watched=has_own or bool(total.max_daily_loss or total.max_drawdown),
            judge_fills=has_own or bool(own.repeated_execution_limit.count),
        )

    def value(self, risk: RiskState, portfolio: Portfolio, time_ns: int) -> None:
        """Take the equity after a mark or a fill; feed time says when another day begins (UTC)."""
        day = time_ns // DAY_NS
        if day != risk.day:
            risk.watch.begin_day()
            risk.day = day
        risk.watch.value(portfolio.equity // SCALE, self.confirm_ticks)

    def is_broken(self, risk: RiskState, *, has_orders: bool) -> bool:
        """Return whether a limit is broken that changes the user's trading state."""
        own, watch = self.own, risk.watch
        loss, drawdown = watch.reference_equity - watch.equity, watch.peak_equity - watch.equity
        return (
            0 < own.max_daily_loss < loss
            and has_effect(own.max_daily_loss_on_breach, risk.of_user, has_orders=has_orders)
        ) or (
            0 < own.max_drawdown < drawdown
            and has_effect(own.max_drawdown_on_breach, risk.of_user, has_orders=has_orders)
        )
