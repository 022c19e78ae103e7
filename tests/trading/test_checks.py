"""Tests of each check by a table, and of which of two rejections counts."""

import pytest

from tests.daemons.tradestack_order_manager.samples import NOW_NS, SECOND_NS, an_order, some_rules
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdRejReason, OrdType
from tradestack.trading.checks import check_order

ANY_AGE = {"order_age_max_ns": 0}
OLD = NOW_NS - 30 * SECOND_NS

CASES = [
    ({}, {}, None),
    ({"symbol": "IBM"}, {"symbols": frozenset({"SPY"})}, OrdRejReason.UNKNOWN_SYMBOL),
    ({"symbol": "spy"}, {"symbols": frozenset({"SPY"})}, OrdRejReason.UNKNOWN_SYMBOL),
    ({}, {"symbols": frozenset({"SPY"})}, None),
    ({"quantity": 0}, {}, OrdRejReason.INCORRECT_QUANTITY),
    ({"quantity": -1}, {}, OrdRejReason.INCORRECT_QUANTITY),
    ({"quantity": 1}, {}, None),
    ({"quantity": 1_000 * SCALE}, {}, None),
    ({"quantity": 1_000 * SCALE + 1}, {}, OrdRejReason.ORDER_EXCEEDS_LIMIT),
    (
        {"quantity": SCALE},
        {"order_qty_max": SCALE // 2},
        OrdRejReason.ORDER_EXCEEDS_LIMIT,
    ),
    ({"price": 168 * SCALE}, {}, OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC),
    ({"ord_type": OrdType.LIMIT}, {}, OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC),
    (
        {"ord_type": OrdType.LIMIT, "price": 0},
        {},
        OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
    ),
    ({"ord_type": OrdType.LIMIT, "price": SCALE // 100}, {}, None),
    ({"signal_time_ns": OLD}, {}, None),
    ({"signal_time_ns": OLD - 1}, {}, OrdRejReason.STALE_ORDER),
    ({"signal_time_ns": OLD - 1}, ANY_AGE, None),
    ({"signal_time_ns": None}, {}, None),
    ({"signal_time_ns": NOW_NS + SECOND_NS}, {}, None),
    (
        {"symbol": "IBM", "quantity": 0},
        {"symbols": frozenset({"SPY"})},
        OrdRejReason.UNKNOWN_SYMBOL,
    ),
    ({"quantity": 0, "signal_time_ns": 0}, {}, OrdRejReason.INCORRECT_QUANTITY),
]


@pytest.mark.parametrize(("order", "rules", "reason"), CASES)
def test_orders_are_refused_for_the_first_reason_that_holds(
    order: dict[str, object], rules: dict[str, object], reason: OrdRejReason | None
) -> None:
    """The checks have an order, and the first rejection counts."""
    refused = check_order(an_order(**order), some_rules(**rules), NOW_NS)

    assert reason == (refused.reason if refused else None)


def test_texts_of_refusals_name_value_and_limit() -> None:
    """The text of a rejection names value and limit."""
    too_much = check_order(an_order(quantity=1_000 * SCALE + SCALE // 2), some_rules(), NOW_NS)
    too_old = check_order(an_order(signal_time_ns=OLD - SECOND_NS), some_rules(), NOW_NS)

    assert too_much is not None
    assert too_old is not None
    assert too_much.text == "OrderQty 1000.5 is above 1000"
    assert too_old.text == "signal is 31.000 s old, allowed are 30 s"
