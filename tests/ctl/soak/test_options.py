"""soak: wrong arguments are refused before anything is started, by the name that was given."""

import argparse
import io
from pathlib import Path

import pytest

from tests.ctl.soak.test_soak import soak
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import build_parser
from tradestack.ctl.soak.options import run_options, up_options
from tradestack.ctl.soak.strategy_file import strategy_file
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.foreground import checked_config
from tradestack.ctl.up.options import Setting
from tradestack.ctl.up.stack_files import read_strategy
from tradestack.domain.faults import OperatorFault

Output = pytest.CaptureFixture[str]


def parsed(*arguments: str) -> argparse.Namespace:
    """The arguments of the verb."""
    command = ["soak", *arguments]
    return build_parser(command).parse_args(command)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nosuch",), "STRATEGY nosuch: 'nosuch' is no strategy; allowed is news, "),
        (("no.such:Class",), "STRATEGY no.such:Class: no.such cannot be imported: "),
        (("news", "--set", "buy_above=101"), "buy_above is 101, allowed is a number from 0 to 100"),
        (("news", "--config", "/nowhere.toml"), "--config /nowhere.toml: No such file"),
        (("news", "--pace", "fast"), "--pace: 'fast' is not valid"),
    ],
)
def test_what_a_person_has_to_correct(arguments: tuple[str, ...], words: str) -> None:
    """It is told by the name of the option, with what is allowed."""
    args = parsed(*arguments)
    with pytest.raises(OperatorFault) as raised, strategy_file(args) as strategy:
        checked_config(up_options(args, strategy.path), Screen(io.StringIO()))

    assert words in str(raised.value)
    assert "--strategy-config" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--kills", "0"), "argument --kills: '0' is not a whole number of at least 1"),
        (("--seed", "-1"), "argument --seed: '-1' is not a whole number from 0 to 4294967295"),
        (("--set", "x"), "argument --set: 'x' is not of the form"),
        (("--set", "order-manager.away_max=1s"), "`soak` sets this key itself"),
    ],
)
def test_what_is_not_a_command_line(arguments: tuple[str, ...], words: str, capsys: Output) -> None:
    """It is refused with the usage of the verb."""
    with pytest.raises(SystemExit) as raised:
        parsed("news", *arguments)

    assert raised.value.code == 2
    assert words in capsys.readouterr().err


def test_data_without_messages_is_refused(data: list[str]) -> None:
    """Nothing could be compared."""
    done = soak("news", *data, "--set", 'gateway.start_at="2030-01-01T00:00:00Z"')

    assert (done.returncode, done.stdout) == (ExitStatus.OPERATOR_FAULT, "")
    assert "data: nothing was published" in done.stderr


def test_the_options_of_both_runs(tmp_path: Path) -> None:
    """What is given comes with what `soak` sets itself, and each run has its directory."""
    args = parsed("news", "--set", "gateway.max_gap=1s", "--state-dir", str(tmp_path))
    options = up_options(args, tmp_path / "x.toml")

    assert options.settings == [
        Setting("gateway", "max_gap", "1s"),
        Setting("order-manager", "away_max", "1h"),
        Setting("order-manager", "new_session_at", "never"),
    ]
    assert (options.until_end, options.fresh, options.respawn) == (True, True, False)
    assert run_options(options, "disturbed").state_dir == tmp_path / "disturbed"


@pytest.mark.parametrize("name", ["mine.py", "mine.py:Mine", "here/mine.py:"])
def test_the_file_of_a_strategy_is_found_from_any_directory(name: str) -> None:
    """The daemons leave the directory in which the command is given."""
    with strategy_file(parsed(name)) as strategy:
        assert read_strategy(strategy.path)["strategy"] == f"{Path.cwd()}/{name}"


def test_the_configuration_of_the_strategy(tmp_path: Path) -> None:
    """A file's own keys, with the strategy and the parameters of the command line instead."""
    given = tmp_path / "mine.toml"
    given.write_text(
        'strategy = "x:Y"\nuser = " Me "\nquantity = "3"\nfeed = "127.0.0.1:1"\nstart = "now"\n'
        '[parameters]\nshort_ticks = 2\nlong_ticks = "8"\n'
    )
    args = parsed("crossover", "--config", str(given), "--set", "long_ticks=9")
    with strategy_file(args) as strategy:
        keys = read_strategy(strategy.path)

    assert strategy.user == "me"
    assert keys == {
        "strategy": "crossover",
        "user": " Me ",
        "quantity": "3",
        "parameters": {"short_ticks": 2, "long_ticks": "9"},
    }
    assert not strategy.path.exists()
