"""The registry of strategies, and their declared parameters."""

import dataclasses
import re

import pytest

from tests.kit.quoter import Quoter
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.news import News
from tradestack.strategies.parameter import parameters_of
from tradestack.strategies.registry import STRATEGIES, build_strategy, strategy_class

WORD = r"[!-~]{1,32}"  # as the wire carries SignalName and SignalLabel


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_declares_all_that_an_order_and_a_configuration_need(name: str) -> None:
    """Name and label fit the wire; each field but symbols is a documented parameter."""
    strategy = STRATEGIES[name]

    declared = parameters_of(strategy)

    assert strategy.name == name
    assert re.fullmatch(WORD, name)
    assert re.fullmatch(WORD, strategy.value_label)
    assert {field.name for field in dataclasses.fields(strategy)} == {"symbols", *declared}
    assert all(parameter.doc for parameter in declared.values())


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_defaults_are_a_valid_strategy(name: str) -> None:
    """Effective parameters survive the way through their texts."""
    strategy = build_strategy(name, {})

    assert build_strategy(name, strategy.parameters()) == strategy


def test_parameters_and_symbols_are_those_given() -> None:
    """Decimals are integers ×10⁻⁸, counts are counts."""
    news = build_strategy("news", {"buy_above": "60.5"}, ["SPY"])
    crossover = build_strategy("crossover", {"short_ticks": "5"})

    assert news == News(buy_above=605 * SCALE // 10, symbols=frozenset({"SPY"}))
    assert crossover.parameters() == {"short_ticks": "5", "long_ticks": "100"}


@pytest.mark.parametrize(
    ("name", "parameters", "complaint"),
    [
        ("news", {"buy_over": "60"}, "news has no parameter 'buy_over', known are buy_above"),
        ("news", {"buy_above": "100.00000001"}, "buy_above is 100.00000001, allowed is a number"),
        ("news", {"buy_above": "-1"}, "from 0 to 100"),
        ("news", {"buy_above": "30"}, "has sell_below above buy_above"),
        ("news", {"buy_above": "many"}, "buy_above 'many' is not a decimal number"),
        ("crossover", {"short_ticks": "1.5"}, "allowed is a whole number from 1 to 10000"),
        ("crossover", {"short_ticks": "100"}, "has short_ticks not below long_ticks"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(
    name: str, parameters: dict[str, str], complaint: str
) -> None:
    """Bounds belong to a parameter, relations to the strategy."""
    with pytest.raises(ValueError, match=complaint):
        build_strategy(name, parameters)


def test_a_strategy_that_is_not_shipped_is_named_by_module_and_class() -> None:
    """It is built as a shipped one is."""
    strategy = build_strategy("tests.kit.quoter:Quoter", {"spread": "5"}, ["SPY"])

    assert strategy == Quoter(spread=5, symbols=frozenset({"SPY"}))
    assert strategy.interactive


def test_shipped_strategies_never_wait_for_reports() -> None:
    """They do not read them."""
    assert not any(strategy.interactive for strategy in STRATEGIES.values())


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("tests.kit.nothing:Quoter", "tests.kit.nothing:Quoter is not found: No module named"),
        ("tests.kit.quoter:Nothing", "is not a class that extends Strategy"),
        ("tests.kit.quoter:QuoterState", "is not a class that extends Strategy"),
        ("tests.kit.quoter:whole_number", "is not a class that extends Strategy"),
    ],
)
def test_a_name_without_a_strategy_is_refused(name: str, complaint: str) -> None:
    """It says whether the module or the class is wrong."""
    with pytest.raises(ValueError, match=complaint):
        strategy_class(name)
