"""What a user's file may do to its process, with a stack that `up` runs: it trades all the same."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kit.own_strategies import AT_IMPORT, SOURCE, UNFIT, write_prices
from tests.kit.stack import TRADESTACKCTL, Stack
from tradestack.ctl.exit_status import ExitStatus


def config_with(directory: Path, source: str) -> Path:
    """The configuration of a strategy in a file of that text."""
    (directory / "mine.py").write_text(source)
    config = directory / "mine.toml"
    config.write_text(f'strategy = "{directory}/mine.py"\nquantity = "1"\nuser = "mine"\n')
    return config


def run_once(config: Path) -> "tuple[dict[str, Any], str]":
    """Run a few prices to their end; return the result and all that was logged."""
    prices = config.with_name("prices.csv")
    write_prices(prices)
    command = [TRADESTACKCTL, "up", "--verbose", "--strategy-config", str(config)]
    command += ["--prices", str(prices), "--pace", "max", "--until-end", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout)
    return result, done.stderr


@pytest.mark.parametrize("what", AT_IMPORT)
def test_whatever_a_file_does_at_import_it_trades(tmp_path: Path, what: str) -> None:
    """The daemon logs its start and its end, and ends by itself, with all that was started."""
    result, log = run_once(config_with(tmp_path, AT_IMPORT[what] + SOURCE))

    assert result["accounts"]["mine"]["fills"] > 0
    assert re.search(r"strategy-mine \| \S+ info +ready daemon=strategy-mine", log)
    assert re.search(r"strategy-mine \| \S+ info +stopping daemon=strategy-mine", log)
    assert "did not stop" not in log
    assert subprocess.run(["pgrep", "-f", "sleep 54321.5"], check=False).returncode == 1


@pytest.mark.parametrize(
    "what", ["directory", "locale", "logging", "log config", "thread", "megabyte"]
)
def test_whatever_a_hook_does_to_the_process_it_trades(tmp_path: Path, what: str) -> None:
    """What on_start changes is changed while the daemon runs."""
    hook = "".join(f"        {line}\n" for line in AT_IMPORT[what].splitlines())
    source = SOURCE.replace("        self.orders = 0\n", hook)

    result, log = run_once(config_with(tmp_path, source))

    assert result["accounts"]["mine"]["fills"] > 0
    assert "did not stop" not in log


def test_a_hook_that_exits_pauses_the_strategy(tmp_path: Path) -> None:
    """sys.exit is an exception like others: the daemon goes on, and says where it was."""
    source = SOURCE.replace("        mark = ", "        raise SystemExit(0)\n        mark = ", 1)
    with Stack("--strategy-config", config_with(tmp_path, source), "--pace", "500/s") as stack:
        stack.wait_for("strategy paused", count=1)

        stats = stack.call("strategy-mine", "io.tradestack.Daemon.GetStats")["stats"]

        assert stats["state"] == "paused"
        assert "mine.py line 15, in on_tick: SystemExit: 0" in stats["pause_reason"]


@pytest.mark.parametrize(("source", "reason"), UNFIT.values(), ids=UNFIT)
def test_a_file_that_cannot_be_imported_is_told_before_the_start(
    tmp_path: Path, source: str, reason: str
) -> None:
    """With status 78, and no traceback."""
    config = config_with(tmp_path, source)
    command = [TRADESTACKCTL, "up", "--strategy-config", str(config), "--duration", "1s"]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == ExitStatus.OPERATOR_FAULT
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
