"""etc/order-manager.toml agrees with the declared keys."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import SCALE
from tradestack.runtime.config.keys import load_config, parse_config

SHIPPED = Path(__file__).parents[2] / "etc" / "order-manager.toml"


def parse(**table: object) -> OrderManagerConfig:
    """Parse a config of these keys."""
    return parse_config(OrderManagerConfig, table, source="x.toml")


def test_the_shipped_file_shows_every_key_with_its_default() -> None:
    """Without its comment signs only optional keys differ from the defaults."""
    text = SHIPPED.read_text()
    shown = tomllib.loads(re.sub(r"^#(\w+ = )", r"\1", text, flags=re.MULTILINE))
    optional = {"new_session_at", "state_directory", "control_socket"}

    assert {field.name for field in dataclasses.fields(OrderManagerConfig)} == shown.keys()
    without = {name: value for name, value in shown.items() if name not in optional}
    assert parse() == parse(**without) == load_config(OrderManagerConfig, SHIPPED)
    parse(**shown)


def test_rules_and_limits_have_the_units_of_their_users() -> None:
    """Quantities are parsed as integers ×10⁻⁸, times in ns."""
    config = parse(symbols=["SPY"], order_qty_max="2.5", max_order_age="2s", clients_max=3)

    total = config.rules.limits.total
    assert (total.allowed_symbols, total.max_order_qty) == (("SPY",), 5 * SCALE // 2)
    assert total.max_order_age_ns == 2_000_000_000
    assert config.limits.clients_max == 3


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("new_session_at", "24:00"),
        ("new_session_at", "9:00"),
        ("durability", "maybe"),
        ("max_order_age", "30"),
        ("symbols", ["SPY", "SPY"]),
        ("symbols", ["S PY"]),
        ("order_qty_max", "0"),
        ("orders_in_flight_max", 0),
        ("order_quantity_max", "1"),
    ],
)
def test_values_that_are_not_allowed_are_refused(key: str, value: object) -> None:
    """The error names file and key."""
    with pytest.raises(OperatorFault, match=f"x.toml: {key}"):
        parse(**{key: value})


def test_off_and_a_time_of_day_are_understood() -> None:
    """ "0" allows any age; a time of day is in UTC."""
    config = parse(max_order_age="0", new_session_at="21:30")

    assert config.rules.limits.total.max_order_age_ns == 0
    assert config.new_session_at == (21 * 60 + 30) * 60 * 10**9
