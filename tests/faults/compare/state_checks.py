"""What is promised of trading states: the journal has them, and each order is judged by its user's.

    order sessions    each begins with the states that the one before has had in the end
    orders            while the state is HALTED or REDUCING, none is accepted that may open or
                      increase a position, as all of the probe may; while it is ACTIVE, none is
                      refused for the state

An order session that was not synced when the power was cut may lack changes at its end. The next
one begins with what was left.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.compare.evidence import Evidence, OrderSession
from tests.faults.compare.listing import shown

ACTIVE = "ACTIVE"
REFUSALS = {"TRADING_HALTED", "TRADING_STATE_REDUCING"}


def state_differences(found: Evidence) -> list[str]:
    """Return a line for each difference."""
    return [*_carried(found), *shown(_verdicts(found))]


def states_at_begin(session: OrderSession) -> dict[str, str]:
    """Return the states with which an order session begins, by user."""
    return {
        each["User"]: each["State"]
        for each in session.records[0].get("Trading", ())
        if each.get("User")
    }


def _carried(found: Evidence) -> Iterator[str]:
    before: dict[str, str] | None = None
    for session in found.order_sessions:
        states = states_at_begin(session)
        if before is not None and states != before:
            yield f"order session {session.id} begins with {states}, the one before ends: {before}"
        before = None if session.may_lack_its_end else states | _changes(session)


def _changes(session: OrderSession) -> dict[str, str]:
    return {
        record["User"]: record["State"]
        for record in session.records
        if record["Record"] == "Trading" and "User" in record
    }


def _verdicts(found: Evidence) -> Iterator[str]:
    for session in found.order_sessions:
        states = states_at_begin(session)
        for record in session.records:
            if record["Record"] == "Trading" and "User" in record:
                states[record["User"]] = record["State"]
            elif record["Record"] == "Order" and record["User"] == found.probe:
                state = states.get(found.probe, ACTIVE)
                if not _is_judged_by(state, record["Report"]):
                    yield f"judged in state {state}: {record['Report']}"


def _is_judged_by(state: str, report: Mapping[str, Any]) -> bool:
    if state != ACTIVE:
        return bool(report["ExecType"] == "REJECTED")
    return str(report.get("Text", "")).partition(":")[0] not in REFUSALS
