"""An execution model as it was journalled → its settings, each with its unit."""

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.units import NANOSECONDS_OF, format_quantity
from tradestack.trading.execution.model import ExecutionModel


def execution_settings(model: ExecutionModel) -> dict[str, str]:
    """Return the settings by their keys in [execution]."""
    slippage, fees = model.slippage, model.fees
    return {
        "model": model.kind.value,
        "entry_latency": _duration(model.entry_latency.constant_ns),
        "entry_latency_jitter": _duration(model.entry_latency.jitter_ns),
        "report_latency": _duration(model.report_latency.constant_ns),
        "report_latency_jitter": _duration(model.report_latency.jitter_ns),
        "participation_bp": f"{model.participation_bp} bp",
        "default_size": f"{format_fixed(model.default_size)} a trade",
        "size_increment": format_fixed(model.size_increment),
        "slippage": slippage.kind.value,
        "price_increment": format_fixed(slippage.increment),
        "slippage_ticks": f"{slippage.ticks} ticks",
        "slippage_bp": f"{format_fixed(slippage.rate)} bp",
        "slippage_random_ticks": f"{slippage.random_ticks} ticks",
        "slippage_recent_trades": f"{slippage.recent_trades} trades",
        "limit_fill": model.limit_fill.value,
        "queue_factor_percent": f"{model.queue_factor_percent} %",
        "queue_trades": f"{model.queue_trades} trades",
        "ioc_window": _duration(model.ioc_window_ns),
        "seed": str(model.seed),
        "fee_per_share": f"{format_fixed(fees.per_share)} a share",
        "fee_bp": f"{format_fixed(fees.rate)} bp",
        "fee_minimum": f"{format_fixed(fees.minimum)} an order",
    }


def _duration(nanoseconds: int) -> str:
    return format_quantity(nanoseconds, NANOSECONDS_OF)
