"""Readings: what a check measured, whether or not the limit holds."""

from collections.abc import Callable

import msgspec

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.computed_once import computed_once
from tradestack.domain.fixed_point import format_fixed
from tradestack.trading.risk.codes import Code
from tradestack.trading.risk.limits import Limits
from tradestack.trading.risk.scopes import Scope
from tradestack.trading.risk.situation import AccountView, Situation, Standing


class Reading(msgspec.Struct, frozen=True):
    """Value and limit; the limit is broken if `excess` is above 0.

    form: integer → text. code: instead of that of the check.
    """

    value: int | str
    limit: int | str
    excess: int
    form: Callable[[int], str] = format_fixed
    code: Code | None = None

    @property
    def percent(self) -> int:
        """Return how much of the limit the value is; 0 of what is no number."""
        value, limit = self.value, self.limit
        if isinstance(value, str) or isinstance(limit, str) or limit <= 0:
            return 0
        return 100 * value // limit

    @property
    def may_be_near(self) -> bool:
        """Return False if more than a fifth of the limit is left; quicker than `percent`."""
        return self.excess > 0 or isinstance(self.limit, str) or 5 * self.excess >= -self.limit

    @property
    def is_over(self) -> bool:
        """Return whether a number is above the limit; a price that is missing is none."""
        return self.excess > 0 and self.percent > 0

    @property
    def value_text(self) -> str:
        """Return the value as people read it."""
        return self.value if isinstance(self.value, str) else self.form(self.value)

    @property
    def limit_text(self) -> str:
        """Return the limit as people read it."""
        return self.limit if isinstance(self.limit, str) else self.form(self.limit)


class Look(msgspec.Struct, frozen=True, dict=True):
    """One scope of an account, and its limits."""

    scope: Scope
    limits: Limits
    account: AccountView

    @computed_once
    def standing(self) -> Standing:
        """Return what the scope has used. Raises KeyError: without it no limit could be judged."""
        return self.account.standings[self.scope.kind]


# None where the scope has no such limit, or the limit is not about such an order.
OrderFunction = Callable[[Situation, Look], Reading | None]
AccountFunction = Callable[[Look], Reading | None]

# Without a price a check cannot say that its limit holds.
NO_PRICE = Reading("none", "required", 1, code=Code.PRICE_UNAVAILABLE)


def at_most(value: int, limit: int, form: Callable[[int], str] = format_fixed) -> Reading | None:
    """Value, upper limit → reading; a limit of 0 is none."""
    return Reading(value, limit, value - limit, form) if limit else None


def format_seconds(duration_ns: int) -> str:
    """Nanoseconds → exact seconds with their unit: "1.5s"."""
    whole, fraction = divmod(abs(duration_ns), NANOSECONDS_PER_SECOND)
    sign = "-" if duration_ns < 0 else ""
    digits = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{sign}{whole}{digits}s"


def multiple_of(value: int, increment: int) -> Reading | None:
    """Value, increment → reading that is broken by a remainder; an increment of 0 is none."""
    return Reading(value, increment, value % increment) if increment else None
