"""add-strategy with a file of one's own: checked, copied, updated, removed."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.ctl.verbs.host.adding import add, files_in
from tests.kit.own_strategies import SOURCE
from tradestack.configs.strategy import StrategyConfig
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.strategies import inspection
from tradestack.runtime.config.keys import load_config

Output = pytest.CaptureFixture[str]
OPERATOR_FAULT = ExitStatus.OPERATOR_FAULT


def test_a_file_is_copied_and_its_parameters_are_listed(config: Path, mine: Path) -> None:
    """The configuration names the copy, and shows each parameter with its text and range."""
    status = add(config, "own", mine, "--symbols", "SPY", "--set", "step=0.75")

    copy = config / "strategies/own.py"
    text = (config / "strategy/own.toml").read_text()
    made = load_config(StrategyConfig, config / "strategy/own.toml")
    assert status == ExitStatus.DONE
    assert copy.read_text() == SOURCE
    assert copy.stat().st_mode & 0o777 == 0o640
    assert copy.parent.stat().st_mode & 0o777 == 0o750
    assert (made.strategy, made.symbols) == (str(copy), ("SPY",))
    assert made.parameters == {"step": "0.75", "length": "20"}
    assert text.endswith(
        "# Parameters of Mine; one that is commented out shows its default. (restart)\n"
        "[parameters]\n"
        "# From one order to the next. Allowed is a number from 0.01 to 100.\n"
        'step = "0.75"\n'
        "# Prices in the average. Allowed is a whole number from 1 to 1000.\n"
        '#length = "20"\n'
    )
    assert "Parameters of crossover" not in text


def test_a_class_can_be_named(config: Path, mine: Path) -> None:
    """Where the file has two, the message names them."""
    mine.write_text(SOURCE + "\n\nclass Other(Mine):\n    pass\n")

    assert add(config, "own", mine) == OPERATOR_FAULT
    assert add(config, "own", f"{mine}:Other") == ExitStatus.DONE

    values = tomllib.loads((config / "strategy/own.toml").read_text())
    assert values["strategy"] == f"{config / 'strategies/own.py'}:Other"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module\n", "cannot be imported: line 1: ModuleNotFoundError"),
        ("\n\ndef (:\n", "line 3: SyntaxError"),
        ("raise SystemExit(3)\n", "cannot be imported: line 1: SystemExit: 3"),
        ("import os\nos._exit(3)\n", "the process that imported it ended with exit status 3"),
        ("import os\nos.kill(os.getpid(), 9)\n", "ended with SIGKILL"),
        ("x = 1\n", "has no class that extends Strategy"),
        (SOURCE.replace("on_tick", "on_tock"), "line 14: Mine has a method on_tock"),
        (SOURCE.replace('"0.5"', '"500"'), "has step with the default 500"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing(
    config: Path, mine: Path, capsys: Output, text: str, reason: str
) -> None:
    """The message has the file as it was named, the line, and what to do."""
    mine.write_text(text)
    before = files_in(config)

    status = add(config, "own", mine)

    said = capsys.readouterr().err
    assert status == OPERATOR_FAULT
    assert reason in said
    assert said.startswith(f"tradestackctl: {mine}: ")
    assert ".new-" not in said
    assert files_in(config) == before


def test_a_file_that_loops_forever_is_given_up(
    config: Path, mine: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it catches every exception, and has started a process that would stay."""
    mine.write_text(
        "import subprocess\nprocess = subprocess.Popen(['sleep', '1000'])\n"
        "print(process.pid, flush=True)\n"
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass\n"
    )
    monkeypatch.setattr(inspection, "INSPECTION_SECONDS_MAX", 15)

    assert add(config, "own", mine) == OPERATOR_FAULT

    said = capsys.readouterr().err
    assert "it was not imported within 15 s, after it printed: " in said
    child = int(said.split("printed: ")[1].split(";")[0])
    assert not Path(f"/proc/{child}").exists() or _is_zombie(child)


@pytest.mark.parametrize("limit", ["", "ulimit -t 1; "])
def test_a_file_that_loops_does_not_outlive_its_caller(mine: Path, limit: str) -> None:
    """The kernel ends its process after two seconds of processor time, or at a lower limit."""
    mine.write_text(
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass\n"
    )
    request = {
        "strategy": str(mine),
        "packages": "",
        "parameters": {},
        "required": [],
        "cpu_seconds_max": 2,
    }

    inspector = [sys.executable, "-m", "tradestack.ctl.strategies.inspector", "1"]
    ended = subprocess.run(
        ["sh", "-c", f'{limit}exec "$@"', "sh", *inspector],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL), ended


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_megabyte_that_is_printed_is_shown_in_short(
    config: Path, mine: Path, capsys: Output
) -> None:
    """And does not get in the way of the answer."""
    mine.write_text("print('x' * 1_000_000)\nimport os\nos.write(1, b'{}')\n" + SOURCE)

    assert add(config, "own", mine) == ExitStatus.DONE

    said = capsys.readouterr().err
    assert "… (1,000,003 bytes in all)" in said
    assert len(said) < 2_000


@pytest.mark.parametrize("kind", ["link", "fifo", "directory", "absent", "large"])
def test_what_is_not_a_regular_file_is_refused(
    config: Path, mine: Path, capsys: Output, kind: str
) -> None:
    """No link is followed, and nothing is waited for."""
    path = mine.with_name("other.py")
    if kind == "link":
        path.symlink_to(mine)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "large":
        path.write_text("#" * 1_048_577)

    assert add(config, "own", path) == OPERATOR_FAULT
    assert str(path) in capsys.readouterr().err
    assert not (config / "strategy/own.toml").exists()


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("step=1000", "--set: step is 1000, allowed is a number from 0.01 to 100"),
        ("stop=1", "--set: there is no parameter 'stop', known are step, length"),
        ("step", "'step' is not of the form"),
    ],
)
def test_a_wrong_setting_is_a_usage_error(
    config: Path, mine: Path, capsys: Output, setting: str, reason: str
) -> None:
    """Status 2, and nothing is written."""
    before = files_in(config)

    with pytest.raises(SystemExit) as usage:
        add(config, "own", mine, "--set", setting)

    assert usage.value.code == 2
    assert reason in capsys.readouterr().err
    assert files_in(config) == before


def test_shipped_strategies_take_settings(config: Path, mine: Path) -> None:
    """Their parameters are listed in the same way."""
    add(config, "fast", "crossover", "--set", "short_ticks=5")
    add(config, "bold", "--set", "buy_above=75")

    fast = load_config(StrategyConfig, config / "strategy/fast.toml")
    bold = load_config(StrategyConfig, config / "strategy/bold.toml")
    assert fast.parameters == {"short_ticks": "5", "long_ticks": "100"}
    assert bold.parameters == {"buy_above": "75", "sell_below": "40"}
