"""The comparison of trading states finds each that is lost, and each order that none allows."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.compare.evidence import Evidence, OrderSession
from tests.faults.compare.gathering import Gathering
from tests.faults.compare.state_checks import state_differences
from tests.faults.launch import PROBE
from tests.faults.made_evidence import SOUND, Record
from tests.faults.stack import RunningStack

HALTED, REDUCING, ACTIVE = "HALTED", "REDUCING", "ACTIVE"
REFUSED = {"ExecType": "REJECTED", "Text": "TRADING_HALTED: value=1, limit=0, scope=user probe"}
EXPIRED = {"ExecType": "REJECTED", "Text": "the feed session has ended"}
ACCEPTED = {"ExecType": "NEW"}


def act(state: str) -> Record:
    """A change of the trading state of the probe's user."""
    return {"Record": "Trading", "User": PROBE, "State": state, "Reason": "a test", "Uid": 0}


def judged(report: dict[str, Any], user: str = PROBE) -> Record:
    """An order and its verdict."""
    raw = json.dumps(report).encode()
    return {"Record": "Order", "User": user, "Order": {}, "Report": report, "Raw": raw}


def session(name: str, *records: Record, state: str = "", may_lack: bool = False) -> OrderSession:
    """An order session; state: of the probe's user, with which it begins."""
    header: dict[str, Any] = {"Record": "Session", "NextOrderID": 1}
    if state:
        header["Trading"] = [{"User": PROBE, "State": state}]
    return OrderSession(id=name, records=[header, *records], served={}, may_lack_its_end=may_lack)


def run_of(*sessions: OrderSession) -> Evidence:
    """A run with these order sessions."""
    return dataclasses.replace(SOUND, order_sessions=sessions)


@pytest.mark.parametrize(
    "found",
    [
        run_of(session("O1", judged(ACCEPTED), act(HALTED), judged(REFUSED))),
        run_of(session("O1", act(HALTED), judged(EXPIRED), act(ACTIVE), judged(ACCEPTED))),
        run_of(session("O1", act(HALTED), judged(ACCEPTED, "dense"))),
        run_of(session("O1", act(HALTED)), session("O2", judged(REFUSED), state=HALTED)),
        run_of(session("O1", act(HALTED), may_lack=True), session("O2", judged(ACCEPTED))),
        run_of(session("O1", judged(EXPIRED))),
    ],
)
def test_what_is_promised_is_no_difference(found: Evidence) -> None:
    """A state holds from its record on, for its user, and in the next order session."""
    assert state_differences(found) == []


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (run_of(session("O1", act(HALTED), judged(ACCEPTED))), "judged in state HALTED: "),
        (run_of(session("O1", act(REDUCING), judged(ACCEPTED))), "judged in state REDUCING: "),
        (run_of(session("O1", judged(REFUSED))), "judged in state ACTIVE: "),
        (run_of(session("O1", act(HALTED)), session("O2")), "order session O2 begins with {}, "),
        (
            run_of(session("O1", act(HALTED)), session("O2", state=ACTIVE)),
            "order session O2 begins with {'probe': 'ACTIVE'}, ",
        ),
    ],
)
def test_each_difference_is_seen(found: Evidence, complaint: str) -> None:
    """An order that is judged by another state, and a state that an order session has lost."""
    lines = state_differences(found)

    assert any(line.startswith(complaint) for line in lines), lines


def test_a_state_that_was_not_acknowledged_is_a_fault(gathering: Gathering) -> None:
    """One that was asked for without an answer may hold as well."""
    gathering.note_state(HALTED, {ACTIVE, HALTED})
    assert gathering.state_faults == []

    gathering.note_state(ACTIVE, {HALTED})
    assert gathering.state_faults == ["trading state of probe: ACTIVE, not HALTED"]
    assert gathering.states_compared == 2


@pytest.fixture
def gathering(tmp_path: Path) -> Gathering:
    """Of a stack that was not started."""
    return Gathering(RunningStack(tmp_path, {}))
