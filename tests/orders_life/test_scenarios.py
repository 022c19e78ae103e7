"""FIX's order state change matrices, through the wire against a real order manager."""

from collections.abc import Collection, Mapping

import pytest

from tests.kit.order_manager import USER
from tests.kit.tape_order_manager import TapeOrderManager
from tests.orders_life.desk import Desk
from tests.orders_life.notation import steps_of
from tests.orders_life.scenarios import ROLLED_OVER, SCENARIOS
from tests.orders_life.under_way import ON_THE_WAY

ENTRY_LATENCY = {"model": "tape", "default_size": "0", "entry_latency": "1500ms"}


def rows(table: Mapping[str, str]) -> list[object]:
    """Return the scenarios as parameters, each under its name."""
    return [pytest.param(text, id=name) for name, text in table.items()]


def assert_played(desk: Desk, scenario: str, kills: Collection[int] = ()) -> None:
    """Play a scenario to its end; assert that just its reports come, and no ExecID twice."""
    steps = steps_of(scenario)
    assert desk.play(steps, kills) == steps
    assert desk.last_steps() == []
    assert len(set(desk.exec_ids)) == len(desk.exec_ids)


@pytest.mark.parametrize("scenario", rows(SCENARIOS))
def test_scenario(manager: TapeOrderManager, scenario: str) -> None:
    """Each action has the reports of its row, and no others come."""
    feed = manager.feed()
    manager.start()

    assert_played(Desk(manager, USER, feed), scenario)


@pytest.mark.parametrize("scenario", rows(ON_THE_WAY))
def test_scenario_with_requests_under_way(manager: TapeOrderManager, scenario: str) -> None:
    """What is filled before a request arrives is reported under the order's name from before."""
    manager.configure(execution=ENTRY_LATENCY)
    feed = manager.feed()
    manager.start()

    assert_played(Desk(manager, USER, feed), scenario)


@pytest.mark.parametrize("scenario", rows(ROLLED_OVER))
def test_scenario_over_two_order_sessions(manager: TapeOrderManager, scenario: str) -> None:
    """A working order is the first report of the next order session, under its OrderID."""
    feed = manager.feed()
    manager.start()

    assert_played(Desk(manager, USER, feed), scenario)
