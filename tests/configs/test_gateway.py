"""etc/gateway.toml agrees with the declared keys."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from tradestack.configs.gateway import GatewayConfig
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import describe_config, load_config, parse_config
from tradestack.sources.csv.options import COLUMNS

SHIPPED = Path(__file__).parents[2] / "etc" / "gateway.toml"
# Shown with a value that depends on the installation.
INSTALLED = {"state_directory", "control_socket", "prices", "sentiment"}


def test_the_shipped_file_is_valid() -> None:
    """It plays the sample data at 500 ticks per second in a loop."""
    described = describe_config(load_config(GatewayConfig, SHIPPED))

    assert described["pace"] == "500/s"
    assert described["at_end"] == "loop"
    assert described["prices"] == "/usr/local/share/tradestack/data/prices.csv"


def test_the_shipped_file_shows_every_default() -> None:
    """Without its comment signs it is the default config; what is behind ## has no default."""
    text = re.sub(r"^#(?=[a-z_]+ = |\[)", "", SHIPPED.read_text(), flags=re.MULTILINE)
    table = tomllib.loads(text)
    examples = tomllib.loads(re.sub(r"^##", "", text, flags=re.MULTILINE)).keys() - table.keys()
    shown = describe_config(parse_config(GatewayConfig, table, source="shipped"))
    defaults = describe_config(GatewayConfig())

    assert table.keys() | examples == {field.name for field in dataclasses.fields(GatewayConfig)}
    assert {name for name in examples if defaults[name]} == set()
    shown["columns"] = defaults["columns"]  # the default is to know these names already
    assert table["columns"] == {name: [name] for name in COLUMNS}
    assert {name: shown[name] for name in shown if name not in INSTALLED} == {
        name: defaults[name] for name in defaults if name not in INSTALLED
    }


def test_each_key_is_explained_above_its_value() -> None:
    """Every key has a comment."""
    lines = SHIPPED.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#{0,2}[a-z_]+ = ", line):
            assert lines[number - 1].startswith("#"), line


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("pace", "fast", '"1x", "60x", "500/s" or "max"'),
        ("start_at", "noon", "2013-10-10T14:30:00Z"),
        ("at_end", "stop", '"hold" or "loop" or "end-session"'),
        ("columns", {"prize": ["x"]}, "unknown entry 'prize'"),
        ("columns", {"price": []}, "at least 1 and at most 16"),
        ("format", {"colour": "red"}, "unknown entry 'colour'"),
        ("format", {"timezone": "Mars/Base"}, "'Mars/Base' is not known"),
        ("format", {"price_scale": "3"}, "a power of ten like 1e-9"),
        ("format", {"timestamp_format": "%d.%Q"}, 'a pattern like "%d.%m.%Y'),
        ("prices", [], "is empty"),
        ("prices", ["a.csv", "a.csv"], "has an entry twice"),
        ("walk_symbols", 5_000, "from 1 to 4096"),
        ("segment_suffix", "../x", "letters, digits"),
        ("pase", "1x", "did you mean pace"),
    ],
)
def test_values_that_are_not_allowed_are_refused(key: str, value: object, words: str) -> None:
    """The error has file, key, and what is allowed."""
    with pytest.raises(OperatorFault, match=f"gateway.toml: {key}.*{re.escape(words)}"):
        parse_config(GatewayConfig, {key: value}, source="gateway.toml")


@pytest.mark.parametrize("text", ['"2013-10-10T14:30:00.5Z"', "2013-10-10T14:30:00.5Z"])
def test_a_moment_is_a_text_or_a_time_of_tomls_own(text: str) -> None:
    """Without quotes it is an offset date-time of TOML."""
    table = tomllib.loads(f"start_at = {text}")

    config = parse_config(GatewayConfig, table, source="gateway.toml")

    assert config.start_at == 1_381_415_400_500_000_000
