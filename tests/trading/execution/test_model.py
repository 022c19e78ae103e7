"""Tests of the values of `[execution]`: ranges, and the journal's JSON."""

from typing import Any

import msgspec
import pytest

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import PRICE_MAX, QUANTITY_MAX
from tradestack.trading.execution.model import (
    IOC_WINDOW_NS_MAX,
    LATENCY_NS_MAX,
    RATE_WHOLE,
    SEED_MAX,
    ExecutionKind,
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)

RANGES = [
    (Latency, "constant_ns", 0, LATENCY_NS_MAX),
    (Latency, "jitter_ns", 0, LATENCY_NS_MAX),
    (Slippage, "increment", 1, PRICE_MAX),
    (Slippage, "ticks", 0, 10_000),
    (Slippage, "rate", 0, RATE_WHOLE),
    (Slippage, "recent_trades", 1, 1_000),
    (Slippage, "random_ticks", 0, 10_000),
    (Fees, "per_share", 0, PRICE_MAX),
    (Fees, "rate", 0, RATE_WHOLE),
    (Fees, "minimum", 0, PRICE_MAX),
    (ExecutionModel, "participation_bp", 1, 10_000),
    (ExecutionModel, "default_size", 0, QUANTITY_MAX),
    (ExecutionModel, "size_increment", 1, QUANTITY_MAX),
    (ExecutionModel, "queue_factor_percent", 0, 10_000),
    (ExecutionModel, "queue_trades", 1, 1_000),
    (ExecutionModel, "ioc_window_ns", 0, IOC_WINDOW_NS_MAX),
    (ExecutionModel, "seed", 0, SEED_MAX),
]


@pytest.mark.parametrize(("kind", "name", "low", "high"), RANGES)
def test_values_out_of_range_are_refused(kind: Any, name: str, low: int, high: int) -> None:
    """Both ends are allowed, one beyond them is not, and the error names field and range."""
    for value in (low, high):
        assert getattr(kind(**{name: value}), name) == value
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match=f"{name} = {value}: from {low} to {high} is allowed"):
            kind(**{name: value})


def test_every_number_has_a_range() -> None:
    """A field that is added without a check is noticed here."""
    numbers = {
        (kind, field.name)
        for kind in (Latency, Slippage, Fees, ExecutionModel)
        for field in msgspec.structs.fields(kind)
        if field.type is int
    }

    assert numbers == {(kind, name) for kind, name, _, _ in RANGES}


def test_a_model_survives_the_journal() -> None:
    """JSON and back gives the same model; a value out of range is refused when it is read."""
    model = ExecutionModel(
        kind=ExecutionKind.NONE,
        entry_latency=Latency(5, 6),
        report_latency=Latency(7),
        participation_bp=2_500,
        default_size=SCALE,
        slippage=Slippage(SlippageKind.SQUARE_ROOT, rate=20 * SCALE),
        limit_fill=LimitFill.QUEUE,
        seed=SEED_MAX,
        fees=Fees(minimum=SCALE),
    )
    text = msgspec.json.encode(model)

    assert msgspec.json.decode(text, type=ExecutionModel) == model
    assert b'"participation_bp":2500' in text
    broken = text.replace(b'"participation_bp":2500', b'"participation_bp":0')
    with pytest.raises(msgspec.ValidationError, match="participation_bp = 0"):
        msgspec.json.decode(broken, type=ExecutionModel)


@pytest.mark.parametrize(
    ("participation_bp", "increment", "size", "capacity"),
    [
        (10_000, 1, 7, 7),
        (2_500, 1, 1_000, 250),
        (3_333, 1, 10, 3),
        (1, 1, 9_999, 0),
        (5_000, 3, 10, 3),
        (5_000, 3, 5, 0),
    ],
)
def test_the_share_of_a_trade_is_rounded_down(
    participation_bp: int, increment: int, size: int, capacity: int
) -> None:
    """To a unit, and to a multiple of the size increment."""
    model = ExecutionModel(participation_bp=participation_bp, size_increment=increment)

    assert model.capacity(size) == capacity


def test_an_unknown_size_is_the_default_one() -> None:
    """A size that is known counts."""
    model = ExecutionModel(default_size=5)

    assert (model.size_of(0), model.size_of(3)) == (5, 3)
