"""add-strategy with a file of one's own: checked, copied, updated, removed."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.kit.own_strategies import SOURCE
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.main import run
from tradestack.ctl.strategies import inspection
from tradestack.runtime.config.keys import load_config
from tradestack.strategies.configured import configure
from tradestack.strategies.registry import find_strategy
from tradestack_strategy.config import StrategyConfig

Output = pytest.CaptureFixture[str]
OPERATOR_FAULT = ExitStatus.OPERATOR_FAULT


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """An empty state directory."""
    path = tmp_path / "state"
    path.mkdir()
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A file with a strategy that has the parameters step and length."""
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path


def add(config: Path, *arguments: str | Path) -> int:
    options = ["--config-dir", config, "--state-dir", config.parent / "state", "--no-start"]
    return run(["add-strategy", *map(str, [*options, *arguments])])


def remove(config: Path, name: str) -> int:
    options = ["--config-dir", config, "--state-dir", config.parent / "state"]
    return run(["remove-strategy", *map(str, options), name])


def files_in(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


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


def test_a_file_that_loops_for_ever_is_given_up(
    config: Path, mine: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it catches every exception, and has started a process that would stay."""
    mine.write_text(
        "import subprocess\nprocess = subprocess.Popen(['sleep', '1000'])\n"
        "print(process.pid, flush=True)\n"
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass\n"
    )
    monkeypatch.setattr(inspection, "INSPECTION_SECONDS_MAX", 3)

    assert add(config, "own", mine) == OPERATOR_FAULT

    said = capsys.readouterr().err
    assert "it was not imported within 3 s, after it printed: " in said
    child = int(said.split("printed: ")[1].split(";")[0])
    assert not Path(f"/proc/{child}").exists() or _is_zombie(child)


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
def test_what_is_no_regular_file_is_refused(
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


def test_an_update_keeps_what_was_chosen(config: Path, mine: Path, capsys: Output) -> None:
    """Another file, another hash; parameters that are gone are named."""
    add(config, "own", mine, "--set", "step=0.75", "--set", "length=5")
    before = _hash(config)
    mine.write_text(SOURCE.replace("length: int", "width: int"))

    status = add(config, "own", mine, "--update")

    made = load_config(StrategyConfig, config / "strategy/own.toml")
    assert status == ExitStatus.DONE
    assert made.parameters == {"step": "0.75", "width": "20"}
    assert "left out the parameter length" in capsys.readouterr().err
    assert _hash(config) != before
    assert add(config, "own", mine, "--update") == ExitStatus.DONE
    assert "nothing has changed" in capsys.readouterr().err


def _hash(config: Path) -> str:
    made = load_config(StrategyConfig, config / "strategy/own.toml")
    return configure(find_strategy(made.strategy), made.parameters, (), 1).config_hash()


def test_an_update_that_fails_changes_nothing(config: Path, mine: Path) -> None:
    """The instance goes on with the copy that it has."""
    add(config, "own", mine)
    before = files_in(config)
    mine.write_text("import no_such_module\n")

    assert add(config, "own", mine, "--update") == OPERATOR_FAULT
    assert files_in(config) == before


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("absent", "--update", "--quantity", "1"), OPERATOR_FAULT),
        (("own", "mine.py"), OPERATOR_FAULT),  # it exists
        (("own", "--update"), 2),
        (("own", "--update", "--quantity", "1", "--login", "x"), 2),
        (("other", "--allow-source"), 2),
    ],
)
def test_what_does_not_fit_is_refused(
    config: Path, mine: Path, arguments: tuple[str, ...], status: int
) -> None:
    """An update needs an instance and something to change; a new instance a new name."""
    add(config, "own", mine)
    before = files_in(config)
    try:
        got = add(config, *(str(mine) if each == "mine.py" else each for each in arguments))
    except SystemExit as usage:
        got = int(usage.code or 0)

    assert got == status
    assert files_in(config) == before


def test_an_update_restarts_what_runs(
    config: Path, mine: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instance, and others that trade by the same copy; then it says how it goes on."""
    add(config, "own", mine)
    add(config, "second", "--like", "own", "--symbols", "SPY")
    mine.write_text(f"{SOURCE}\n# changed\n")
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(Installation, "has_systemd", lambda _self: True)
    monkeypatch.setattr(
        Installation, "run_systemctl", lambda _self, *arguments: calls.append(arguments)
    )
    monkeypatch.setattr(
        "tradestack.ctl.strategies.update.property_of_unit", lambda *_arguments: "active"
    )
    capsys.readouterr()

    run(["add-strategy", "--config-dir", str(config), "own", str(mine), "--update"])

    units = [f"tradestack-strategy@{name}.service" for name in ("own", "second")]
    assert calls == [("restart", *units)]
    assert "own trades from the head of the feed with the new code" in capsys.readouterr().err


def test_remove_takes_the_copy_unless_another_trades_by_it(
    config: Path, mine: Path, capsys: Output
) -> None:
    """The last one takes it along."""
    add(config, "own", mine)
    add(config, "second", "--like", "own", "--symbols", "SPY")

    remove(config, "own")
    assert (config / "strategies/own.py").exists()
    assert "second trades by it" in capsys.readouterr().err
    assert load_config(StrategyConfig, config / "strategy/second.toml").parameters["step"] == "0.5"

    add(config, "own", mine)
    remove(config, "second")
    remove(config, "own")
    assert list((config / "strategies").iterdir()) == []


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Requirements of a package that is built here: it has no wheel yet."""
    project = tmp_path / "ownlib"
    (project / "ownlib").mkdir(parents=True)
    (project / "ownlib/__init__.py").write_text("ANSWER = 42\n")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "ownlib"\nversion = "1.0"\n'
    )
    wheels = tmp_path / "wheels"
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", f"--wheel-dir={wheels}"]
    subprocess.run([*command, str(project)], check=True)
    path = tmp_path / "requirements.txt"
    path.write_text(f"--find-links {wheels}\n--no-index\nownlib\nnumpy\n")
    return path


def test_requirements_are_for_this_strategy_alone(
    config: Path, state: Path, mine: Path, requirements: Path
) -> None:
    """They are in a directory of its own, without what tradestack has, and go with the strategy."""
    mine.write_text(f"import ownlib\nassert ownlib.ANSWER == 42\n{SOURCE}")
    numpy = requirements.read_text().replace("numpy\n", "")
    requirements.write_text(numpy)
    assert add(config, "own", mine) == OPERATOR_FAULT

    status = add(config, "own", mine, "--requirements", requirements)

    (packages,) = (state / "packages/own").iterdir()
    assert status == ExitStatus.DONE
    assert sorted(path.name for path in packages.iterdir()) == [
        "ownlib",
        "ownlib-1.0.dist-info",
        "requirements.txt",
    ]
    assert [path for path in packages.rglob("*") if path.stat().st_mode & 0o022] == []
    values = tomllib.loads((config / "strategy/own.toml").read_text())
    assert values["packages"] == str(packages)
    assert _checks(config) == 0
    shutil.rmtree(packages)
    assert _checks(config) == OPERATOR_FAULT
    remove(config, "own")
    assert not (state / "packages/own").exists()


def _checks(config: Path) -> int:
    """Return the status with which the daemon checks the configuration."""
    program = Path(sys.executable).with_name("tradestack-strategy")
    path = config / "strategy/own.toml"
    command = [str(program), "own", "--config", str(path), "--check-config"]
    return subprocess.run(command, check=False, capture_output=True).returncode


def test_requirements_that_cannot_be_had_leave_nothing(
    config: Path, state: Path, mine: Path, requirements: Path, capfd: Output
) -> None:
    """pip's reason is shown, and what to do."""
    requirements.write_text("--no-index\nno-such-package\n")

    assert add(config, "own", mine, "--requirements", requirements) == OPERATOR_FAULT

    said = capfd.readouterr().err
    assert "no-such-package" in said
    assert f"--requirements {requirements}: pip failed" in said
    assert not (config / "strategy/own.toml").exists()
