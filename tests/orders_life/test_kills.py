"""The same scenarios while the order manager is killed: the client sees the same stream.

After each kill the client resumes its stream and sends again what it has no answer to. By default
some kills of each scenario are drawn, by a seed; ALL_KILLS=1 tries each place in each scenario, and
takes ten minutes.
"""

import os
import random

import pytest

from tests.kit.order_manager import USER
from tests.kit.tape_order_manager import TapeOrderManager
from tests.orders_life.desk import Desk
from tests.orders_life.notation import steps_of
from tests.orders_life.scenarios import ROLLED_OVER, SCENARIOS
from tests.orders_life.test_scenarios import ENTRY_LATENCY, assert_played
from tests.orders_life.under_way import ON_THE_WAY

ALL = os.environ.get("ALL_KILLS") == "1"
SEED = 20131010
KILLED_AT_ALL = 5  # scenarios with a kill at every place, unless all of them are
AT_ONCE = {**SCENARIOS, **ROLLED_OVER}  # requests arrive as they are sent


def places(scenario: str) -> list[int]:
    """Return where the order manager can be killed, as `Desk.play` counts it."""
    return list(range(2 * len(steps_of(scenario))))


def one_kill() -> list[object]:
    """Return scenarios and one kill each, as parameters."""
    drawn = random.Random(SEED)
    tables = {**AT_ONCE, **{f"{name} (1.5 s)": text for name, text in ON_THE_WAY.items()}}
    return [
        pytest.param(name, place, id=f"{name}, killed at {place}")
        for name, text in tables.items()
        for place in (places(text) if ALL else [drawn.choice(places(text))])
    ]


def all_kills() -> list[object]:
    """Return scenarios that have a kill at every place, as parameters."""
    names = [*AT_ONCE, *ON_THE_WAY]
    if not ALL:
        # Few as they are, each roll-over is tried: kills on both sides of it meet two journals.
        names = [*random.Random(SEED).sample(names, KILLED_AT_ALL), *ROLLED_OVER]
    return [pytest.param(name, id=name) for name in dict.fromkeys(names)]


def play(manager: TapeOrderManager, name: str, kills: list[int] | None) -> None:
    """Play a scenario with these kills, None = all; assert that nothing shows them."""
    scenario = AT_ONCE.get(name) or ON_THE_WAY[name.removesuffix(" (1.5 s)")]
    if name not in AT_ONCE:
        manager.configure(execution=ENTRY_LATENCY)
    feed = manager.feed()
    manager.start()
    kills = places(scenario) if kills is None else kills
    assert_played(Desk(manager, USER, feed), scenario, kills)


@pytest.mark.parametrize(("name", "place"), one_kill())
def test_scenario_with_one_kill(manager: TapeOrderManager, name: str, place: int) -> None:
    """A kill after an action, or after its reports, changes no report and repeats none."""
    play(manager, name, [place])


@pytest.mark.parametrize("name", all_kills())
def test_scenario_with_a_kill_after_each_action_and_each_report(
    manager: TapeOrderManager, name: str
) -> None:
    """Nor do as many kills as there are places for."""
    play(manager, name, None)
