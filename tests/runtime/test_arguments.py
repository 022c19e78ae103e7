"""The command line that all daemons have."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.launched import ECHO_DAEMON
from tradestack.runtime.logs.level import LogLevel


def run_echo(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the program with a command line that does not start the daemon."""
    return subprocess.run(
        [sys.executable, str(ECHO_DAEMON), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_check_config_accepts_a_good_file(tmp_path: Path) -> None:
    """--check-config reads the file and nothing else."""
    config = tmp_path / "echo.toml"
    config.write_text('prefix = "x"')

    done = run_echo("--config", str(config), "--check-config")

    assert (done.returncode, done.stdout) == (0, f"{config}: ok\n")


def test_check_config_answers_programs_as_json(tmp_path: Path) -> None:
    """With --json stdout is one line, whether the file is good or not."""
    config = tmp_path / "echo.toml"
    config.write_text('prefix = "x"')
    good = run_echo("--config", str(config), "--check-config", "--json")
    config.write_text("prefix = 5")
    bad = run_echo("--config", str(config), "--check-config", "--json")

    assert (good.returncode, bad.returncode) == (0, 78)
    assert json.loads(good.stdout) == {"file": str(config), "fault": None, "warnings": []}
    fault = json.loads(bad.stdout)["fault"]
    assert fault["where"] == f"{config}: prefix"
    assert fault["problem"].startswith("5 is not a text")
    assert fault["remedy"].startswith("allowed is ")
    assert bad.stderr == ""


def test_check_config_names_an_error(tmp_path: Path) -> None:
    """A refusal is exit 78 with file, key and what is allowed, and nothing on stdout."""
    config = tmp_path / "echo.toml"
    config.write_text('listen = "nowhere"')

    done = run_echo("--config", str(config), "--check-config")

    assert (done.returncode, done.stdout) == (78, "")
    assert f"{config}: listen: 'nowhere' is not valid; allowed is HOST:PORT" in done.stderr


def test_a_directory_is_not_a_config(tmp_path: Path) -> None:
    """The remedy is another one than for an unreadable file."""
    done = run_echo("--config", str(tmp_path))

    assert done.returncode == 78
    assert f"{tmp_path}: is a directory; name a file with --config" in done.stderr


def test_missing_config_has_a_remedy(tmp_path: Path) -> None:
    """A missing file is an operator's fault."""
    done = run_echo("--config", str(tmp_path / "none.toml"))

    assert done.returncode == 78
    assert "none.toml: no such file; copy the commented one" in done.stderr


def test_tool_runs_instead_of_the_daemon() -> None:
    """An option of the program's own needs no config and gives the exit status."""
    done = run_echo("--greet", "you")

    assert (done.returncode, done.stdout) == (3, "hello you\n")


def test_tool_gets_the_path_of_config(tmp_path: Path) -> None:
    """It does not get the default path, which a tool does not need."""
    config = tmp_path / "echo.toml"

    done = run_echo("--greet", "you", "--config", str(config))

    assert (done.returncode, done.stdout) == (3, f"hello you by {config}\n")


def test_unknown_log_level_names_the_known_ones() -> None:
    """The error lists what is allowed."""
    done = run_echo("--log-level", "loud")

    assert done.returncode == 2
    assert all(level.value in done.stderr for level in LogLevel)


def test_version_is_that_of_the_package() -> None:
    """The installed metadata has it from the same place."""
    from importlib.metadata import version

    done = run_echo("--version")

    assert done.stdout == f"tradestack {version('tradestack')}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--daemonize"], "--pidfile"),
        (["--pidfile", "x"], "--daemonize"),
        (["--config"], "--config: expected one argument"),
        (["--json"], "--json requires --check-config"),
        (["--check-config=yes"], "--check-config: ignored explicit argument"),
        (["--shout"], "unrecognized arguments: --shout"),
        (["--conf", "x"], "unrecognized arguments: --conf"),
        (["news"], "unrecognized arguments: news"),
    ],
)
def test_invalid_command_line_exits_2(arguments: list[str], message: str) -> None:
    """The error has the reason, and names --help."""
    done = run_echo(*arguments)

    assert done.returncode == 2
    assert message in done.stderr
    assert "--help" in done.stderr


def test_help_names_every_option() -> None:
    """It fits into a terminal, and includes the program's own tools."""
    done = run_echo("--help")

    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--config FILE", "--daemonize", "--greet"))
    assert all(part in done.stdout for part in ("exit status:", "/etc/tradestack/echo.toml"))
    assert max(map(len, done.stdout.splitlines())) <= 80
