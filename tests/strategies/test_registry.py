"""The strategies that are shipped, and how one is named and configured."""

import re

import pytest

from tests.kit.quoter import Quoter
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.parameter import parameters_of
from tradestack.strategies.registry import SHIPPED, build_strategy, find_strategy

LINES_MAX = 60


def build(
    name: str, parameters: dict[str, str], symbols: tuple[str, ...] = ()
) -> ConfiguredStrategy:
    """The strategy of that name, as a configuration chooses it."""
    return build_strategy(name, parameters, symbols, quantity=10 * SCALE)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_strategy_is_a_documented_example(name: str) -> None:
    """It is short, has its name, and every parameter is told in a sentence."""
    found = find_strategy(name)

    assert found.strategy.name == name
    assert found.source.count(b"\n") <= LINES_MAX
    assert found.strategy.__doc__
    assert all(parameter.doc.endswith(".") for parameter in parameters_of(found.strategy).values())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_short_name_and_module_and_class_are_the_same_strategy(name: str) -> None:
    """So their orders have the same names."""
    assert build(name, {}).config_hash() == build(SHIPPED[name], {}).config_hash()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_defaults_are_a_valid_strategy(name: str) -> None:
    """Effective parameters survive the way through their texts."""
    strategy = build(name, {})

    assert build(name, dict(strategy.parameters())).values == strategy.values


def test_parameters_and_symbols_are_those_given() -> None:
    """Decimals are integers ×10⁻⁸, counts are counts."""
    news = build("news", {"buy_above": "60.5"}, ("SPY",))
    crossover = build("crossover", {"short_ticks": "5"})

    assert news.values == {"buy_above": 605 * SCALE // 10, "sell_below": 40 * SCALE}
    assert news.symbols == {"SPY"}
    assert crossover.parameters() == {"short_ticks": "5", "long_ticks": "100"}


@pytest.mark.parametrize(
    ("name", "parameters", "complaint"),
    [
        ("news", {"buy_over": "60"}, "there is no parameter 'buy_over', known are buy_above, sell"),
        ("news", {"buy_above": "100.00000001"}, "buy_above is 100.00000001, allowed is a number"),
        ("news", {"buy_above": "-1"}, "from 0 to 100"),
        ("news", {"buy_above": "30"}, "sell_below is 40, and may not be above buy_above, which is"),
        ("news", {"buy_above": "many"}, "buy_above 'many' is not a decimal number"),
        ("crossover", {"short_ticks": "1.5"}, "allowed is a whole number from 1 to 10000"),
        ("crossover", {"short_ticks": "100"}, "short_ticks is 100, and has to be below long_ticks"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(
    name: str, parameters: dict[str, str], complaint: str
) -> None:
    """Bounds belong to a parameter, relations to two of them."""
    with pytest.raises(ValueError, match=re.escape(complaint)):
        build(name, parameters)


def test_a_strategy_that_is_not_shipped_is_named_by_module_and_class() -> None:
    """It is built as a shipped one is."""
    strategy = build("tests.kit.quoter:Quoter", {"spread": "5"}, ("SPY",))

    assert strategy.strategy is Quoter
    assert strategy.values["spread"] == 5
    assert strategy.is_interactive


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("magic", "'magic' is no strategy; allowed is news, crossover, news_crossover, maker, or"),
        ("tests.kit.nothing:Quoter", "tests.kit.nothing cannot be imported: ModuleNotFoundError"),
        ("tests.kit.quoter:Nothing", "is not a class that extends Strategy; there is Quoter"),
        ("tests.kit.quoter:whole_number", "is not a class that extends Strategy"),
    ],
)
def test_a_name_without_a_strategy_is_refused(name: str, complaint: str) -> None:
    """It says whether the module or the class is wrong."""
    with pytest.raises(ValueError, match=re.escape(complaint)):
        find_strategy(name)


EDITS: dict[str, tuple[str, dict[str, str], tuple[str, ...], int]] = {
    "strategy": ("crossover", {}, ("IBM", "SPY"), 10),
    "parameter": ("news", {"buy_above": "61"}, ("IBM", "SPY"), 10),
    "symbols": ("news", {}, ("SPY",), 10),
    "quantity": ("news", {}, ("IBM", "SPY"), 11),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_decisive_value_changes_the_hash(edit: str) -> None:
    """An edited configuration gives its orders other names."""
    name, parameters, symbols, quantity = EDITS[edit]
    base = build_strategy("news", {}, ("IBM", "SPY"), quantity=10)

    edited = build_strategy(name, parameters, symbols, quantity=quantity)

    assert edited.config_hash() != base.config_hash()


def test_how_a_configuration_is_written_does_not_change_the_hash() -> None:
    """Neither the order of symbols and parameters nor the form of a number does."""
    base = build("news", {"buy_above": "60", "sell_below": "40"}, ("IBM", "SPY"))

    same = build("news", {"sell_below": "40.0", "buy_above": "60"}, ("SPY", "IBM"))

    assert same.config_hash() == base.config_hash()
