"""Tests of the table of an order's life, by its cells and as text."""

import pytest

from tests.kit.documents import PROTOCOL
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.domain.order_life import (
    ORDER_LIFE,
    ImpossibleEvent,
    OrderEvent,
    is_final,
    leaves_quantity,
    next_step,
    order_life_table,
)

FINAL = [OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED]

PRINTED = [
    "| it passes all checks | `NEW` → `NEW` | – | – | – |",
    "| it is refused | `REJECTED` → `REJECTED` | – | – | – |",
    "| a trade fills LeavesQty | – | `TRADE` → `FILLED` | `TRADE` → `FILLED` | – |",
    "| a replace to CumQty or less: OrderQty becomes CumQty | – | – | `REPLACED` → `FILLED` | – |",
    "| the feed session ends | – | `EXPIRED` → `EXPIRED` | `EXPIRED` → `EXPIRED` | – |",
]


def test_the_table_is_printed_with_every_event_and_state() -> None:
    """A line an event, a cell a state; some of the lines are compared with the same by hand."""
    header, _, *lines = order_life_table().splitlines()

    assert header == (
        "| what happens to an order | no order | `NEW` | `PARTIALLY_FILLED` | "
        "`FILLED` `CANCELED` `EXPIRED` `REJECTED` |"
    )
    assert len(lines) == len(OrderEvent)
    assert [line for line in lines if line in PRINTED] == PRINTED


def test_the_table_is_in_the_specification() -> None:
    """PROTOCOL.md has it as it is printed."""
    assert f"\n{order_life_table()}\n" in PROTOCOL.read_text()


@pytest.mark.parametrize("state", [OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED])
def test_an_order_that_is_cut_or_goes_on_stays_in_its_state(state: OrdStatus) -> None:
    """Both are reported as RESTATED."""
    for event in (OrderEvent.CUT, OrderEvent.RESTATED):
        assert next_step(state, event) == (state, ExecType.RESTATED)


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
