"""Limits and trading states, as the control socket and tradestackctl describe them."""

import msgspec

from tradestack.domain.times import format_utc
from tradestack.trading.risk.shown.order_limits import OrderLimit
from tradestack.trading.risk.shown.usage import Usage
from tradestack.wire.journal.account_records import TradingRecord


class Limit(msgspec.Struct, frozen=True):
    """A limit that is set, and how much of it is used.

    scope: "total", "symbol SPY", "user news" or "user news symbol SPY"; "each user" while nobody
    uses anything of it.
    """

    key: str
    scope: str
    used: str
    limit: str
    left: str
    percent: int


class LimitPerOrder(msgspec.Struct, frozen=True):
    """A limit that is set, and that nothing uses up: each order is held against it by itself.

    scope: as of a Limit; "each user" without an entry in [risk.users]. limit: with the unit of the
    key, times in seconds, lists with commas.
    """

    key: str
    scope: str
    limit: str


class TradingStateOf(msgspec.Struct, frozen=True):
    """The trading state of a user, null for that of all users together, and since when and why."""

    user: str | None
    state: str
    since: str
    reason: str
    uid: int


def limit_reply(usage: Usage) -> Limit:
    """Describe a limit and its usage."""
    return Limit(usage.key, usage.scope.text, usage.used, usage.limit, usage.left, usage.percent)


def per_order_reply(limit: OrderLimit) -> LimitPerOrder:
    """Describe a limit on each order."""
    return LimitPerOrder(limit.key, limit.scope.text, limit.limit)


def trading_state_reply(change: TradingRecord) -> TradingStateOf:
    """Describe a trading state by its last change."""
    since = format_utc(change.time_ns)
    return TradingStateOf(change.user, change.state, since, change.reason, change.uid)
