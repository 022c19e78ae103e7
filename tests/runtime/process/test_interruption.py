"""Ctrl-C at a command, at any time: exit status 130, and no traceback."""

import importlib
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tradestack.runtime.process.interruption import EXIT_STATUS_INTERRUPTED, end_at_interrupt

COMMANDS = {
    script.name: script.module
    for script in entry_points(group="console_scripts")
    if script.name.startswith("tradestack")
}
# The signal comes when the module that runs the command is about to be imported.
AT_IMPORT = """
import importlib, os, signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name in ("tradestack.ctl.main", "tradestack.runtime.main", "tradestack_metrics.command"):
            os.kill(os.getpid(), signal.SIGINT)

command = sys.argv.pop(1)
sys.meta_path.insert(0, Interrupting())
importlib.import_module(command).main()
"""
DURING_CHECK = """
import os, signal
import tradestack_gateway.sources.csv_check as checking
from tradestack_gateway.__main__ import main

checking.check_source = lambda *_: os.kill(os.getpid(), signal.SIGINT)
main()
"""


def interrupted(program: str, *arguments: str) -> tuple[int, str]:
    """Run a program, and return its exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_while_modules_are_imported(command: str) -> None:
    """Every command ends at once."""
    status, output = interrupted(AT_IMPORT, COMMANDS[command], "--help")

    assert (status, output) == (EXIT_STATUS_INTERRUPTED, "")


def test_while_a_file_is_checked(tmp_path: Path) -> None:
    """--check-csv of a large file can take minutes."""
    file = tmp_path / "prices.csv"
    file.write_text("timestamp,symbol,price\n2026-01-05T14:30:00Z,SPY,600.25\n")

    assert interrupted(DURING_CHECK, "--check-csv", str(file)) == (EXIT_STATUS_INTERRUPTED, "")


def test_a_fault_is_not_hidden() -> None:
    """Whatever else is raised goes on."""
    with pytest.raises(ModuleNotFoundError, match="nowhere"), end_at_interrupt():
        importlib.import_module("nowhere")


def test_all_commands_are_tested() -> None:
    """They are those that are installed."""
    assert {"tradestackctl", "tradestack-gateway", "tradestack-metrics"} <= COMMANDS.keys()
