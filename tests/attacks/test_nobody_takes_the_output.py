"""The output of a command goes to a full disk, a reader that is gone, or a closed descriptor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.inherited_state import BIN

COMMANDS = {
    "status": "tradestackctl --runtime-dir {directory} status",
    "completion": "tradestackctl completion bash",
    "check config": "tradestack-gateway --config {directory}/gateway.toml --check-config",
    "check csv": "tradestack-gateway --check-csv {directory}/prices.csv",
}
STATUS = {"status": 3}  # of the commands that do not return 0: no daemon runs


def run(command: str, directory: Path, redirection: str) -> "subprocess.CompletedProcess[str]":
    """Run a command line of the project with this redirection."""
    (directory / "gateway.toml").write_text('source = "random-walk"\n')
    (directory / "prices.csv").write_text("timestamp,symbol,price\n2026-01-05T14:30:00Z,AAA,1\n")
    return subprocess.run(
        ["bash", "-c", f"{BIN}/{command.format(directory=directory)} {redirection}"],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_the_disk_of_the_output_is_full(tmp_path: Path, name: str) -> None:
    """That is a failure, and the last line says so."""
    done = run(COMMANDS[name], tmp_path, ">/dev/full")

    assert done.returncode in (1, 78)
    assert "No space left on device" in done.stderr.splitlines()[-1]
    assert "write" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_reader_of_the_output_is_gone(tmp_path: Path, name: str) -> None:
    """Then nobody wants to know anything."""
    done = run(COMMANDS[name], tmp_path, "> >(exec 0<&-; sleep 0)")

    assert done.returncode == STATUS.get(name, 0) or done.returncode == 0
    assert "Error" not in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_descriptors_are_closed(tmp_path: Path, name: str, redirection: str) -> None:
    """The exit status is what it is otherwise."""
    done = run(COMMANDS[name], tmp_path, redirection)

    assert done.returncode == STATUS.get(name, 0)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["tradestackctl up", "tradestack-gateway"])
def test_help_is_read_in_ascii(command: str) -> None:
    """What the encoding does not have is written as an escape sequence."""
    program, *verb = command.split()

    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", BIN / program, *verb, "--help"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
    )

    assert done.returncode == 0, done.stderr
    assert r"COLUMN=NAME,\u2026" in done.stdout
