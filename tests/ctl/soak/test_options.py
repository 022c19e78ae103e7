"""soak: wrong arguments are refused before anything is started, by the name that was given."""

from pathlib import Path

import pytest

from tests.ctl.soak.test_soak import soak
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import build_parser
from tradestack.ctl.soak.options import run_options, up_options
from tradestack.ctl.soak.strategy_file import strategy_file
from tradestack.ctl.up.options import Setting
from tradestack.ctl.up.stack_files import read_strategy

Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nosuch",), "STRATEGY nosuch: 'nosuch' is not valid; allowed is news or crossover"),
        (("no.such:Class",), "strategy no.such:Class: signal: no.such:Class is not found"),
        (("news", "--set", "colour=1"), "news has no parameter 'colour', known are buy_above"),
        (("news", "--set", "buy_above=101"), "buy_above is 101, allowed is a number from 0 to 100"),
        (("news", "--config", "/nowhere.toml"), "--config /nowhere.toml: No such file"),
        (("news", "--pace", "fast"), "--pace: 'fast' is not valid"),
        (("news", "--prices", "/nowhere.csv"), "--prices /nowhere.csv: no such file"),
    ],
)
def test_what_a_person_has_to_correct(arguments: tuple[str, ...], words: str) -> None:
    """The status is 78, and the message has the option and what is allowed."""
    done = soak(*arguments)

    assert (done.returncode, done.stdout) == (ExitStatus.OPERATOR_FAULT, "")
    assert words in done.stderr
    assert "--strategy-config" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--kills", "0"), "argument --kills: '0' is not a whole number of at least 1"),
        (("--seed", "-1"), "argument --seed: '-1' is not a whole number from 0 to 4294967295"),
        (("--set", "x"), "argument --set: 'x' is not of the form"),
        (("--set", "order-manager.away_max=1s"), "`soak` sets this key itself"),
    ],
)
def test_what_is_no_command_line(arguments: tuple[str, ...], words: str, capsys: Output) -> None:
    """It is refused with the usage of the verb."""
    command = ["soak", "news", *arguments]
    with pytest.raises(SystemExit) as raised:
        build_parser(command).parse_args(command)

    assert raised.value.code == 2
    assert words in capsys.readouterr().err


def test_data_without_messages_is_refused(data: list[str]) -> None:
    """Nothing could be compared."""
    done = soak("news", *data, "--set", 'gateway.start_at="2030-01-01T00:00:00Z"')

    assert (done.returncode, done.stdout) == (ExitStatus.OPERATOR_FAULT, "")
    assert "data: nothing was published" in done.stderr


def test_the_options_of_both_runs(tmp_path: Path) -> None:
    """What is given comes with what `soak` sets itself, and each run has its directory."""
    command = ["soak", "news", "--set", "gateway.max_gap=1s", "--state-dir", str(tmp_path)]
    options = up_options(build_parser(command).parse_args(command), tmp_path / "x.toml")

    assert options.settings == [
        Setting("gateway", "max_gap", "1s"),
        Setting("order-manager", "away_max", "1h"),
        Setting("order-manager", "new_session_at", "never"),
    ]
    assert (options.until_end, options.fresh, options.respawn) == (True, True, False)
    assert run_options(options, "disturbed").state_dir == tmp_path / "disturbed"


def test_the_configuration_of_the_strategy(tmp_path: Path) -> None:
    """A file's own keys, with the strategy and the parameters of the command line instead."""
    given = tmp_path / "mine.toml"
    given.write_text(
        'signal = "news"\nuser = " Me "\nquantity = "3"\n'
        '[parameters]\nshort_ticks = 2\nlong_ticks = "8"\n'
    )
    command = ["soak", "crossover", "--config", str(given), "--set", "long_ticks=9"]
    with strategy_file(build_parser(command).parse_args(command)) as strategy:
        keys = read_strategy(strategy.path)

    assert strategy.user == "me"
    assert keys == {
        "signal": "crossover",
        "user": " Me ",
        "quantity": "3",
        "parameters": {"short_ticks": 2, "long_ticks": "9"},
    }
    assert not strategy.path.exists()
