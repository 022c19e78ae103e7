"""What a user's file may do to a backtest: it ends as a person would hope, one run or many."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.kit.own_strategies import AT_IMPORT, SOURCE, UNFIT, write_prices
from tests.kit.stack import TRADESTACKCTL
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.strategies.contained_code import contained

RUNS = {"one run": [], "a sweep": ["--sweep", "length=10,20", "--jobs", "2"]}
DEADLINE_S = 60

every_kind = pytest.mark.parametrize("options", RUNS.values(), ids=RUNS)


def ended(
    directory: Path, source: str, options: Sequence[str]
) -> "subprocess.CompletedProcess[str]":
    """Run a backtest of a file with that text until no process holds its output any more."""
    (directory / "mine.py").write_text(source)
    write_prices(directory / "prices.csv")
    command = [TRADESTACKCTL, "backtest", "mine.py", "--prices", "prices.csv", "--json", *options]
    return subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, "TMPDIR": str(directory)},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )


def fills_in(output: str) -> int:
    """Count the fills that the only line has."""
    (line,) = output.splitlines()
    result: dict[str, Any] = json.loads(line)
    return int(
        result["fills"] if "fills" in result else min(row["fills"] for row in result["rows"])
    )


@pytest.mark.parametrize("what", AT_IMPORT)
@every_kind
def test_whatever_a_file_does_at_import_it_trades(
    tmp_path: Path, what: str, options: Sequence[str]
) -> None:
    """The result is the only line on stdout, and nothing that the file has started goes on."""
    done = ended(tmp_path, AT_IMPORT[what] + SOURCE, options)

    assert done.returncode == ExitStatus.DONE, done.stderr[-3000:]
    assert fills_in(done.stdout) > 0
    assert ("ending, although threads run: Thread-1" in done.stderr) == (what == "thread")
    assert ("x" * 1_000_000 in done.stderr) == (what == "megabyte")


@every_kind
def test_what_a_hook_prints_is_not_in_the_result(tmp_path: Path, options: Sequence[str]) -> None:
    """A process that it starts prints to stderr as well, and is ended even in its own session."""
    hook = (
        "        import subprocess\n"
        "        print('x' * 1_000_000)\n"
        "        subprocess.run(['echo', 'told'])\n"
        "        subprocess.Popen('sleep 54321; echo', shell=True, start_new_session=True)\n"
    )

    done = ended(tmp_path, SOURCE.replace("        self.orders = 0\n", hook), options)

    assert fills_in(done.stdout) > 0
    assert "x" * 1_000_000 in done.stderr
    assert "told\n" in done.stderr


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        *UNFIT.values(),
        ("while True:\n    pass\n", "line 1: ImportTooLong: not imported within 20 s"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGABRT)\n", "ended with SIGABRT"),
        ("print('why', flush=True)\nimport os\nos._exit(0)\n", "after it printed: why"),
    ],
    ids=[*UNFIT, "loop", "crash", "end without an error"],
)
@every_kind
def test_a_file_that_cannot_be_imported_is_told(
    tmp_path: Path, source: str, reason: str, options: Sequence[str]
) -> None:
    """In one line, with status 78 and no traceback."""
    done = ended(tmp_path, source + SOURCE, options)

    assert done.returncode == ExitStatus.OPERATOR_FAULT
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_what_the_trial_has_started_is_gone_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could hold a port or a lock that the run needs."""
    monkeypatch.chdir(tmp_path)
    begun = "import subprocess\nsleep = subprocess.Popen(['sleep', '1000'])\n"
    (tmp_path / "mine.py").write_text(f"{begun}open('pid', 'w').write(str(sleep.pid))\n{SOURCE}")

    with contained("mine.py"):
        pid = (tmp_path / "pid").read_text()
        assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&-"])
def test_the_result_does_not_depend_on_stderr(tmp_path: Path, stderr: str) -> None:
    """Where nothing takes what a hook prints, the result is whole."""
    hook = "        print('x' * 1_000_000)\n"
    (tmp_path / "mine.py").write_text(SOURCE.replace("        self.orders = 0\n", hook))
    write_prices(tmp_path / "prices.csv")
    command = f"{TRADESTACKCTL} backtest mine.py --prices prices.csv --json {stderr}"

    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )

    assert done.returncode == ExitStatus.DONE
    assert fills_in(done.stdout) > 0
