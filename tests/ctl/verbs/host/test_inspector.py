"""What the process that imports a strategy writes down of it, by function calls.

Coverage is not measured in that process: its environment has nothing of the caller's, and it ends
without a word. tests/ctl/verbs/host/test_add_own_strategy.py runs it.
"""

from typing import Any

import pytest

from tradestack.ctl.strategies.inspector import inspect
from tradestack.domain.tick import TickKind


def inspected(strategy: str, **parameters: str) -> dict[str, Any]:
    """Inspect a strategy as add-strategy asks for it."""
    asked = {"strategy": strategy, "packages": "", "parameters": parameters, "required": []}
    return inspect(asked)


def test_a_strategy_is_described() -> None:
    """By its class, what it needs, and its parameters; those of others are left out."""
    found = inspected("news", buy_above="61", of_another="1")

    assert (found["fault"], found["class_name"]) == (None, "News")
    assert set(found["needs"]) == {TickKind.NEWS, TickKind.PRICE}
    assert [each["name"] for each in found["parameters"]] == ["buy_above", "sell_below"]


@pytest.mark.parametrize(
    ("strategy", "buy_above", "place", "fault"),
    [
        ("nowhere", "60", "strategy", "'nowhere' is no strategy"),
        ("/nowhere/mine.py:Mine", "60", "strategy", "/nowhere/mine.py"),
        ("news", "101", "parameters", "buy_above"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    strategy: str, buy_above: str, place: str, fault: str
) -> None:
    """The name of the strategy, or a parameter."""
    found = inspected(strategy, buy_above=buy_above)

    assert found["place"] == place
    assert fault in found["fault"]
