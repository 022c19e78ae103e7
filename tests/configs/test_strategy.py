"""The keys of a strategy's configuration, and which of them decide about orders."""

from pathlib import Path

import pytest

from tradestack.configs.strategy import StrategyConfig, configured_by
from tradestack.domain.faults import OperatorFault
from tradestack.domain.order import Start
from tradestack.runtime.config.keys import load_config, parse_config

ROOT = Path(__file__).parents[2]
LEAST = {"quantity": "10", "user": "news"}


def parse(**keys: object) -> StrategyConfig:
    """A configuration of these keys and the required ones."""
    return parse_config(StrategyConfig, LEAST | keys, source="news.toml")


def test_the_shipped_config_shows_the_defaults() -> None:
    """Deleting a line of the shipped file changes nothing."""
    shipped = load_config(StrategyConfig, ROOT / "etc/strategy/news.toml")

    assert shipped == parse()
    assert shipped.start is Start.NOW


@pytest.mark.parametrize(
    "keys",
    [
        {"start": "session"},
        {"log_level": "debug"},
        {"feed": "127.0.0.1:1"},
        {"orders_in_flight_max": 5},
        {"quantity": "10.0"},
        {"parameters": {"buy_above": "60.00"}},
        {"parameters": {"sell_below": 40}},
    ],
)
def test_keys_that_decide_nothing_about_orders_keep_their_names(keys: dict[str, object]) -> None:
    """Start, addresses, limits, log level, and how a number is written."""
    assert configured_by(parse(**keys)).config_hash() == configured_by(parse()).config_hash()


@pytest.mark.parametrize(
    "keys",
    [
        {"quantity": "11"},
        {"symbols": ["SPY"]},
        {"parameters": {"buy_above": "61"}},
        {"parameters": {"sell_below": "39.5"}},
        {"strategy": "crossover"},
        {"strategy": "tests.kit.quoter:Quoter"},
        {"packages": "/usr"},
    ],
)
def test_keys_that_decide_about_orders_change_their_names(keys: dict[str, object]) -> None:
    """Strategy, parameters, symbols, quantity, and the packages that it imports."""
    assert configured_by(parse(**keys)).config_hash() != configured_by(parse()).config_hash()


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"user": "newsroom"}, "user"),
        ({"user": "a b"}, "user"),
        ({"user": "a:b"}, "user"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"strategy": "magic"}, "strategy: 'magic' is no strategy"),
        ({"strategy": "no.such.module:Class"}, "strategy: no.such.module cannot be imported"),
        ({"start": "yesterday"}, "start"),
        ({"symbols": ["S P Y"]}, "symbols"),
        ({"orders_in_flight_max": 0}, "orders_in_flight_max"),
        ({"packages": "/no/such/directory"}, "packages: /no/such/directory is no directory"),
        ({"parameters": {"buy_over": "60"}}, "buy_over"),
        ({"parameters": {"buy_above": "101"}}, "parameters"),
        ({"parameters": {"buy_above": "30"}}, "sell_below is 40, and may not be above buy_above"),
        ({"strategy": "crossover", "parameters": {"buy_above": "60"}}, "short_ticks, long_ticks"),
        (
            {"strategy": "crossover", "parameters": {"short_ticks": 100}},
            "has to be below long_ticks",
        ),
        ({"strategy": "crossover", "parameters": {"short_ticks": "1.5"}}, "a whole number from 1"),
        ({"strategy": "crossover", "parameters": {"short_ticks": 0}}, "a whole number from 1"),
        ({"strategy": "crossover", "parameters": {"long_ticks": 10001}}, "to 10000"),
        ({"quantitty": "10"}, "quantity"),
        ({"signal": "news"}, "signal: is a key of older versions; the key is strategy now"),
    ],
)
def test_faults_name_file_and_key(keys: dict[str, object], complaint: str) -> None:
    """The text names the place of the fault."""
    with pytest.raises(OperatorFault) as fault:
        parse(**keys)

    assert "news.toml" in str(fault.value)
    assert complaint in str(fault.value)


def test_quantity_and_user_have_no_default() -> None:
    """Nothing is traded by accident."""
    with pytest.raises(OperatorFault, match="user: is missing"):
        parse_config(StrategyConfig, {"quantity": "10"}, source="news.toml")


def test_parameters_are_those_of_the_strategy() -> None:
    """Parameters left out have the strategy's defaults."""
    config = parse(strategy="crossover", parameters={"short_ticks": "5.0"})

    assert dict(config.parameters) == {"short_ticks": "5", "long_ticks": "100"}
