"""The life of an order: one table of states and events, and it alone decides what follows.

The order manager answers each request at once, so there are no pending states. A cancel or a
replace that is refused, and a status request, change nothing and are no events of the table.
"""

import enum
from typing import NamedTuple

from tradestack.domain.order import ExecType, OrdStatus


class OrderEvent(enum.Enum):
    """What can happen to an order; the value says it to people."""

    ACCEPTED = "it passes all checks"
    REFUSED = "it is refused"
    FILLED_IN_PART = "a trade fills less than LeavesQty"
    FILLED = "a trade fills LeavesQty"
    REPLACED = "a replace to more than CumQty"
    REDUCED_TO_FILLED = "a replace to CumQty or less: OrderQty becomes CumQty"
    CUT = "it is cut, as the trading state leaves less to fill: OrderQty becomes less"
    CANCELED = "it is canceled, by a request or without one"
    EXPIRED = "the feed session ends"
    RESTATED = "the order session ends, and it goes on in the next one"


class OrderStep(NamedTuple):
    """What an event leads to: the new state, and the report's ExecType."""

    ord_status: OrdStatus
    exec_type: ExecType


class ImpossibleEvent(ValueError):
    """An event that the table does not have for the state."""


_TRADED_IN_PART = OrderStep(OrdStatus.PARTIALLY_FILLED, ExecType.TRADE)
_FILLED = OrderStep(OrdStatus.FILLED, ExecType.TRADE)
_CANCELED = OrderStep(OrdStatus.CANCELED, ExecType.CANCELED)
_EXPIRED = OrderStep(OrdStatus.EXPIRED, ExecType.EXPIRED)

# None: there is no order yet. States that are not here are final and take no event.
ORDER_LIFE: dict[OrdStatus | None, dict[OrderEvent, OrderStep]] = {
    None: {
        OrderEvent.ACCEPTED: OrderStep(OrdStatus.NEW, ExecType.NEW),
        OrderEvent.REFUSED: OrderStep(OrdStatus.REJECTED, ExecType.REJECTED),
    },
    OrdStatus.NEW: {
        OrderEvent.FILLED_IN_PART: _TRADED_IN_PART,
        OrderEvent.FILLED: _FILLED,
        OrderEvent.REPLACED: OrderStep(OrdStatus.NEW, ExecType.REPLACED),
        OrderEvent.CUT: OrderStep(OrdStatus.NEW, ExecType.RESTATED),
        OrderEvent.CANCELED: _CANCELED,
        OrderEvent.EXPIRED: _EXPIRED,
        OrderEvent.RESTATED: OrderStep(OrdStatus.NEW, ExecType.RESTATED),
    },
    OrdStatus.PARTIALLY_FILLED: {
        OrderEvent.FILLED_IN_PART: _TRADED_IN_PART,
        OrderEvent.FILLED: _FILLED,
        OrderEvent.REPLACED: OrderStep(OrdStatus.PARTIALLY_FILLED, ExecType.REPLACED),
        OrderEvent.REDUCED_TO_FILLED: OrderStep(OrdStatus.FILLED, ExecType.REPLACED),
        OrderEvent.CUT: OrderStep(OrdStatus.PARTIALLY_FILLED, ExecType.RESTATED),
        OrderEvent.CANCELED: _CANCELED,
        OrderEvent.EXPIRED: _EXPIRED,
        OrderEvent.RESTATED: OrderStep(OrdStatus.PARTIALLY_FILLED, ExecType.RESTATED),
    },
}


def next_step(state: OrdStatus | None, event: OrderEvent) -> OrderStep:
    """Return what the event leads to; raise ImpossibleEvent if the state does not take it."""
    step = ORDER_LIFE.get(state, {}).get(event)
    if step is None:
        raise ImpossibleEvent(f"an order that is {state or 'not there'} takes no {event.name}")
    return step


def is_final(state: OrdStatus) -> bool:
    """Return whether no event can follow."""
    return state not in ORDER_LIFE


def leaves_quantity(state: OrdStatus, quantity: int, cum_quantity: int) -> int:
    """Return LeavesQty: OrderQty less CumQty while the order works, 0 in a final state."""
    return 0 if is_final(state) else quantity - cum_quantity


def order_life_table() -> str:
    """Return the table in Markdown: a row per event, a column per state, cells "report → state"."""
    final = " ".join(f"`{state}`" for state in OrdStatus if is_final(state))
    states = [f"`{state}`" if state else "no order" for state in ORDER_LIFE]
    header = ["what happens to an order", *states, final]
    rows = [header, ["---"] * len(header), *map(_row, OrderEvent)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(event: OrderEvent) -> list[str]:
    steps = [events.get(event) for events in ORDER_LIFE.values()]
    return [event.value, *map(_cell, steps), "–"]


def _cell(step: OrderStep | None) -> str:
    return f"`{step.exec_type}` → `{step.ord_status}`" if step else "–"
