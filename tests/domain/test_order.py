"""Orders as values, and when two of them are the same order."""

from typing import Any

import msgspec
import pytest

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import (
    PRICE_MAX,
    QUANTITY_MAX,
    ExecType,
    Order,
    OrdStatus,
    OrdType,
    Side,
    TimeInForce,
)

ORDER = Order(
    cl_ord_id="news-1",
    symbol="SPY",
    side=Side.BUY,
    quantity=10 * SCALE,
    ord_type=OrdType.LIMIT,
    time_in_force=TimeInForce.DAY,
    price=168 * SCALE,
)


@pytest.mark.parametrize(
    "change",
    [
        {"transact_time_ns": 1},
        {"feed_session": "3DAA200000", "feed_seq": 7},
        {"signal_time_ns": 1, "signal_name": "news", "signal_label": "sentiment"},
        {"signal_value": 1, "reference_price": 1, "reference_price_age_ns": -1},
    ],
)
def test_annotations_do_not_make_another_order(change: dict[str, Any]) -> None:
    """They say why and when it was sent."""
    assert msgspec.structs.replace(ORDER, **change).is_same_order(ORDER)


@pytest.mark.parametrize(
    "change",
    [
        {"cl_ord_id": "news-2"},
        {"symbol": "IBM"},
        {"side": Side.SELL},
        {"quantity": 10 * SCALE + 1},
        {"ord_type": OrdType.MARKET},
        {"time_in_force": TimeInForce.GTC},
        {"price": None},
        {"price": 168 * SCALE - 1},
    ],
)
def test_each_field_of_an_order_makes_another_order(change: dict[str, Any]) -> None:
    """In both directions."""
    other = msgspec.structs.replace(ORDER, **change)

    assert not other.is_same_order(ORDER)
    assert not ORDER.is_same_order(other)


def test_orders_cannot_be_changed() -> None:
    """They are values: journal, state and log share them."""
    with pytest.raises(AttributeError):
        ORDER.quantity = 1  # type: ignore[misc]


@pytest.mark.parametrize("words", [Side, OrdType, TimeInForce, ExecType, OrdStatus])
def test_members_are_their_own_text(words: Any) -> None:
    """In JSON, in log lines and in comparisons."""
    for member in words:
        assert (member, str(member), f"{member}") == (member.name,) * 3


def test_the_greatest_quantity_and_price_have_ten_digits_and_eight_decimals() -> None:
    """What the wire can carry."""
    assert QUANTITY_MAX == PRICE_MAX == 9_999_999_999_99999999
