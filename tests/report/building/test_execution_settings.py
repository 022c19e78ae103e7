"""Settings of the execution model as a report prints them."""

import dataclasses

from tradestack.configs.execution import ExecutionKeys
from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND
from tradestack.domain.fixed_point import SCALE
from tradestack.report.building.execution_settings import execution_settings
from tradestack.trading.execution.model import (
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)


def test_every_key_of_the_config_is_told() -> None:
    """Under its own name; how an account begins is no part of the model."""
    keys = {field.name for field in dataclasses.fields(ExecutionKeys)}

    assert set(execution_settings(ExecutionModel())) == keys - {"account"}


def test_numbers_are_decimals_with_units() -> None:
    """None of them is an integer ×10⁻⁸, or of nanoseconds."""
    model = ExecutionModel(
        entry_latency=Latency(2 * NANOSECONDS_PER_MILLISECOND, 1_500),
        participation_bp=2_500,
        default_size=100 * SCALE,
        size_increment=SCALE,
        slippage=Slippage(SlippageKind.BASIS_POINTS, SCALE // 100, 0, SCALE // 5),
        limit_fill=LimitFill.QUEUE,
        ioc_window_ns=250 * NANOSECONDS_PER_MILLISECOND,
        seed=7,
        fees=Fees(SCALE // 200, SCALE // 2, SCALE),
    )

    assert execution_settings(model) == {
        "model": "tape",
        "entry_latency": "2ms",
        "entry_latency_jitter": "1500ns",
        "report_latency": "0",
        "report_latency_jitter": "0",
        "participation_bp": "2500 bp",
        "default_size": "100 a trade",
        "size_increment": "1",
        "slippage": "basis-points",
        "price_increment": "0.01",
        "slippage_ticks": "0 ticks",
        "slippage_bp": "0.2 bp",
        "slippage_random_ticks": "0 ticks",
        "slippage_recent_trades": "100 trades",
        "limit_fill": "queue",
        "queue_factor_percent": "100 %",
        "queue_trades": "100 trades",
        "ioc_window": "250ms",
        "seed": "7",
        "fee_per_share": "0.005 a share",
        "fee_bp": "0.5 bp",
        "fee_minimum": "1 an order",
    }
