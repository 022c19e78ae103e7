"""What the limits on risk know of an account: a part of its state, so it survives restarts."""

import msgspec

from tradestack.domain.order import ExecRestatementReason
from tradestack.domain.trading_state import TradingState
from tradestack.trading.risk.equity_watch import EquityWatch
from tradestack.trading.risk.windows import Activity, EventWindow, RepeatedOrders


class SymbolCounts(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Accepted orders and fills in one symbol since the account began."""

    orders: int = 0
    trades: int = 0


class OwedCancels(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Cancels that somebody outside the account asks for.

    They are owed in the checkpoint that they begin with, so a restart makes them as well.
    cancels_all: every order, or every one in `symbol`; else what may open a position.
    """

    cancels_all: bool
    text: str
    reason: ExecRestatementReason = ExecRestatementReason.CANCEL_ON_TRADING_HALT
    symbol: str | None = None


class RiskState(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The limits and trading states that hold for the account, and what it has used of limits.

    limits_hash: of the limits. of_user, of_all: the trading states. user_act_ns, all_act_ns: time
    of the records that have set them, 0 = none has. counts: by symbol. activities: by scope, as
    `scope_key` names it. day: of the newest valuation, in days since 1970.
    """

    limits_hash: str = ""
    of_user: TradingState = TradingState.ACTIVE
    of_all: TradingState = TradingState.ACTIVE
    user_act_ns: int = 0
    all_act_ns: int = 0
    owed: OwedCancels | None = None
    counts: dict[str, SymbolCounts] = {}
    activities: dict[str, Activity] = {}
    repeated: RepeatedOrders = msgspec.field(default_factory=RepeatedOrders)
    watch: EquityWatch = msgspec.field(default_factory=EquityWatch)
    day: int = 0

    def counts_of(self, symbol: str) -> SymbolCounts:
        """Return the counts of a symbol, to be changed."""
        counts = self.counts.get(symbol)
        if counts is None:
            counts = self.counts[symbol] = SymbolCounts()
        return counts

    def forget_executions(self) -> None:
        """Count fills from here on: somebody has checked the earlier ones."""
        for activity in self.activities.values():
            activity.executions = EventWindow()

    def activity_of(self, key: str) -> Activity:
        """Return the activity in a scope, to be changed."""
        activity = self.activities.get(key)
        if activity is None:
            activity = self.activities[key] = Activity()
        return activity
