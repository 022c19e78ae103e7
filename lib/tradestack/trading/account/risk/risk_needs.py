"""The limits of a user in a symbol → what has to be known and counted for them.

Only limits that are set cost anything: what they need is worked out once.
"""

from typing import NamedTuple

from tradestack.trading.risk.limits import CountPerWindow, Limits, ScopedLimits
from tradestack.trading.risk.scopes import ScopeKind


class Needs(NamedTuple):
    """What the checks of an order look at, and which events count.

    price: the last trade of the symbol. windows_ns: in which its volume counts. repeats: the limit
    on orders that are alike. counted: the scopes with a limit on events in a window.
    """

    price: bool
    windows_ns: frozenset[int]
    repeats: CountPerWindow
    counted: tuple[tuple[ScopeKind, Limits], ...]


def needs_of(scopes: ScopedLimits) -> Needs:
    """Return what orders need that have these scopes."""
    every = [limits for _, limits in scopes]
    return Needs(
        price=any(map(_needs_price, every)),
        windows_ns=frozenset(
            limits.participation_window_ns for limits in every if limits.max_participation_bp
        ),
        repeats=next(
            limits.duplicate_order_limit for scope, limits in scopes if scope.kind is ScopeKind.USER
        ),
        counted=tuple((scope.kind, limits) for scope, limits in scopes if _counts_events(limits)),
    )


def _needs_price(limits: Limits) -> bool:
    return bool(
        limits.max_notional_per_order
        or limits.max_price_age_ns
        or limits.price_band_bp
        or limits.max_gross_notional
        or limits.max_net_notional
    )


def _counts_events(limits: Limits) -> bool:
    return bool(
        limits.max_order_submit_rate.count
        or limits.max_cancel_rate.count
        or limits.repeated_execution_limit.count
    )
