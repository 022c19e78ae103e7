"""The section [execution] of the order manager's config → the execution model.

etc/order-manager.toml explains the keys; `tradestack.trading.execution.model` is what they mean.
"""

from dataclasses import dataclass

from tradestack.domain.order import PRICE_MAX, QUANTITY_MAX
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.quantities import Duration, FixedPoint
from tradestack.runtime.config.values import Choice, Integer
from tradestack.trading.account.holdings.opening import AccountOpening
from tradestack.trading.execution.model import (
    BASIS_POINTS_WHOLE,
    IOC_WINDOW_NS_MAX,
    LATENCY_NS_MAX,
    QUEUE_FACTOR_PERCENT_MAX,
    RATE_WHOLE,
    RECENT_TRADES_MAX,
    SEED_MAX,
    TICKS_MAX,
    ExecutionKind,
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)

# For accounts that begin afterwards; one keeps its model to the end of its feed session.
_NEXT = Reload.NEXT_SESSION
_LATENCY = Duration(0, LATENCY_NS_MAX)
_RATE = FixedPoint(0, RATE_WHOLE)
_MONEY = FixedPoint(0, PRICE_MAX)


@dataclass(frozen=True, kw_only=True)
class ExecutionKeys:
    """Keys of [execution]."""

    model: ExecutionKind = key("tape", Choice(ExecutionKind), reload=_NEXT)
    account: AccountOpening = key("feed-session", Choice(AccountOpening), reload=_NEXT)
    entry_latency: int = key("0", _LATENCY, reload=_NEXT)
    entry_latency_jitter: int = key("0", _LATENCY, reload=_NEXT)
    report_latency: int = key("0", _LATENCY, reload=_NEXT)
    report_latency_jitter: int = key("0", _LATENCY, reload=_NEXT)
    participation_bp: int = key(BASIS_POINTS_WHOLE, Integer(1, BASIS_POINTS_WHOLE), reload=_NEXT)
    default_size: int = key("100", FixedPoint(0, QUANTITY_MAX), reload=_NEXT)
    size_increment: int = key("0.00000001", FixedPoint(1, QUANTITY_MAX), reload=_NEXT)
    slippage: SlippageKind = key("none", Choice(SlippageKind), reload=_NEXT)
    price_increment: int = key("0.01", FixedPoint(1, PRICE_MAX), reload=_NEXT)
    slippage_ticks: int = key(0, Integer(0, TICKS_MAX), reload=_NEXT)
    slippage_bp: int = key("0", _RATE, reload=_NEXT)
    slippage_random_ticks: int = key(0, Integer(0, TICKS_MAX), reload=_NEXT)
    slippage_recent_trades: int = key(100, Integer(1, RECENT_TRADES_MAX), reload=_NEXT)
    limit_fill: LimitFill = key("through", Choice(LimitFill), reload=_NEXT)
    queue_factor_percent: int = key(100, Integer(0, QUEUE_FACTOR_PERCENT_MAX), reload=_NEXT)
    queue_trades: int = key(100, Integer(1, RECENT_TRADES_MAX), reload=_NEXT)
    ioc_window: int = key("0", Duration(0, IOC_WINDOW_NS_MAX), reload=_NEXT)
    seed: int = key(0, Integer(0, SEED_MAX), reload=_NEXT)
    fee_per_share: int = key("0", _MONEY, reload=_NEXT)
    fee_bp: int = key("0", _RATE, reload=_NEXT)
    fee_minimum: int = key("0", _MONEY, reload=_NEXT)

    @property
    def execution_model(self) -> ExecutionModel:
        """Return the keys as a model."""
        return ExecutionModel(
            kind=self.model,
            entry_latency=Latency(self.entry_latency, self.entry_latency_jitter),
            report_latency=Latency(self.report_latency, self.report_latency_jitter),
            participation_bp=self.participation_bp,
            default_size=self.default_size,
            size_increment=self.size_increment,
            slippage=Slippage(
                kind=self.slippage,
                increment=self.price_increment,
                ticks=self.slippage_ticks,
                rate=self.slippage_bp,
                recent_trades=self.slippage_recent_trades,
                random_ticks=self.slippage_random_ticks,
            ),
            limit_fill=self.limit_fill,
            queue_factor_percent=self.queue_factor_percent,
            queue_trades=self.queue_trades,
            ioc_window_ns=self.ioc_window,
            seed=self.seed,
            fees=Fees(self.fee_per_share, self.fee_bp, self.fee_minimum),
        )
