"""Tests of the table of an order's life, by its cells and as text."""

import pytest

from tradestack.domain.order import ExecType, OrdStatus
from tradestack.domain.order_life import (
    ORDER_LIFE,
    ImpossibleEvent,
    OrderEvent,
    is_final,
    leaves_quantity,
    next_step,
    order_life_as_markdown,
)

FINAL = [OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED]

EXPECTED = """\
| event | no order | NEW | PARTIALLY_FILLED | FILLED, CANCELED, EXPIRED, REJECTED |
| --- | --- | --- | --- | --- |
| a new order, accepted | NEW, NEW | – | – | – |
| a new order, refused | REJECTED, REJECTED | – | – | – |
| a fill of less than LeavesQty | – | PARTIALLY_FILLED, TRADE | PARTIALLY_FILLED, TRADE | – |
| a fill of LeavesQty | – | FILLED, TRADE | FILLED, TRADE | – |
| replaced, OrderQty above CumQty | – | NEW, REPLACED | PARTIALLY_FILLED, REPLACED | – |
| replaced, OrderQty at or below CumQty | – | – | FILLED, REPLACED | – |
| canceled, by a request or without one | – | CANCELED, CANCELED | CANCELED, CANCELED | – |
| the feed session ends | – | EXPIRED, EXPIRED | EXPIRED, EXPIRED | – |
| the order session ends, the order goes on in the next one | – | NEW, RESTATED \
| PARTIALLY_FILLED, RESTATED | – |
"""


def test_the_table_is_printed_with_every_event_and_state() -> None:
    """The text is compared with a table written by hand, so each cell is checked."""
    assert order_life_as_markdown() == EXPECTED


@pytest.mark.parametrize("event", OrderEvent)
@pytest.mark.parametrize("state", FINAL)
def test_a_final_state_takes_no_event(state: OrdStatus, event: OrderEvent) -> None:
    """What is done stays done."""
    assert is_final(state)
    with pytest.raises(ImpossibleEvent, match=f"is {state} takes no {event.name}"):
        next_step(state, event)


def test_an_order_begins_by_being_accepted_or_refused() -> None:
    """No other event can happen to an order that is not there."""
    assert next_step(None, OrderEvent.ACCEPTED) == (OrdStatus.NEW, ExecType.NEW)
    assert next_step(None, OrderEvent.REFUSED) == (OrdStatus.REJECTED, ExecType.REJECTED)
    for event in set(OrderEvent) - {OrderEvent.ACCEPTED, OrderEvent.REFUSED}:
        with pytest.raises(ImpossibleEvent):
            next_step(None, event)


def test_every_state_can_be_reached_from_no_order() -> None:
    """The table has no state that no order is ever in."""
    reached: set[OrdStatus | None] = {None}
    for _ in OrdStatus:
        for state in list(reached):
            reached |= {step.ord_status for step in ORDER_LIFE.get(state, {}).values()}

    assert reached == {None, *OrdStatus}


def test_nothing_is_left_of_an_order_that_is_done() -> None:
    """LeavesQty is OrderQty less CumQty only while the order works."""
    assert leaves_quantity(OrdStatus.PARTIALLY_FILLED, 100, 30) == 70
    assert leaves_quantity(OrdStatus.CANCELED, 100, 30) == 0
