"""The options of `up` and the configuration that they lead to."""

import argparse
import io
from pathlib import Path

import pytest

from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.options import Setting, add_options, parse_setting, stack_config
from tradestack.ctl.up.stack import StackConfig
from tradestack.ctl.up.supervised import AfterDeath


def config_of(*arguments: str) -> StackConfig:
    """The stack that the options describe."""
    parser = argparse.ArgumentParser()
    add_options(parser)
    return stack_config(parser.parse_args(arguments), Screen(io.StringIO()))


def test_one_file_replaces_both_sample_files() -> None:
    """With --prices alone, no news is published."""
    config = config_of("--prices", "/data/p.csv")

    assert config.gateway["prices"] == "/data/p.csv"
    assert "sentiment" not in config.gateway


def test_without_files_the_sample_data_is_used() -> None:
    """In a checkout, that is the directory data/."""
    gateway = config_of().gateway

    assert [Path(str(gateway[name])).name for name in ("prices", "sentiment")] == [
        "prices.csv",
        "sentiment.csv",
    ]


def test_until_end_makes_the_result_independent_of_time() -> None:
    """The session ends with its data, and strategies start with it."""
    config = config_of("--until-end")

    assert config.gateway["at_end"] == "end-session"
    assert [keys["start"] for keys in config.strategies.values()] == ["session"]


def said_of(directory: Path, keys: str, *arguments: str) -> str:
    """What `up` says of a strategy's file with these keys."""
    path = directory / "mine.toml"
    path.write_text(keys)
    parser, stream = argparse.ArgumentParser(), io.StringIO()
    add_options(parser)
    stack_config(parser.parse_args(["--strategy-config", str(path), *arguments]), Screen(stream))
    return stream.getvalue().replace(str(path), "mine.toml")


def test_keys_of_a_strategy_that_the_stack_has_itself_are_named(tmp_path: Path) -> None:
    """A file that is in use elsewhere has other addresses and another password."""
    keys = 'user = "me"\nstart = "now"\nfeed = "127.0.0.1:1"\npassword_file = "/etc/p"\n'

    assert said_of(tmp_path, keys) == (
        "--strategy-config mine.toml: feed, password_file: not used, `up` sets it itself\n"
    )
    assert "feed, password_file, start: not used" in said_of(tmp_path, keys, "--until-end")
    assert said_of(tmp_path, 'user = "me"\n') == ""


def test_set_overrides_every_other_option() -> None:
    """The last --set of a key counts."""
    config = config_of("--pace", "60x", "--set", "gateway.pace=1x", "--set", "gateway.pace=max")

    assert config.gateway["pace"] == "max"


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("gateway.at_end=hold", Setting(GATEWAY, "at_end", "hold")),
        ("gateway.at_end='hold'", Setting(GATEWAY, "at_end", "hold")),
        ("order-manager.clients_max=7", Setting(ORDER_MANAGER, "clients_max", 7)),
        ('order-manager.symbols=["A"]', Setting(ORDER_MANAGER, "symbols", ["A"])),
    ],
)
def test_settings_are_toml_or_plain_strings(text: str, setting: Setting) -> None:
    """A value that is not TOML is a string."""
    assert parse_setting(text) == setting


@pytest.mark.parametrize(
    ("arguments", "after_death"), [((), AfterDeath.END), (("--respawn",), AfterDeath.RESPAWN)]
)
def test_respawn_decides_what_follows_a_death(
    arguments: tuple[str, ...], after_death: AfterDeath
) -> None:
    """Without --respawn, the death of a daemon ends the run."""
    assert config_of(*arguments).after_death is after_death
