"""`tradestackctl soak`: strategies that bear being killed, and those that do not."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.soak.broken import STARTS_FILE
from tests.kit.stack import DEADLINE_S, TRADESTACKCTL
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

KILLS = 2
ONE_KILL = ("--kills", "1", "--pace", "2000/s", "--seed", "1")
# Seconds after the start, at three quarters of the feed or later: on_start was called by then.
LATE_KILL = ("--kills", "1", "--pace", "100/s", "--seed", "0")
BROKEN = "broken.py"  # beside this file


def soak(strategy: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the verb to its end."""
    return subprocess.run(
        [TRADESTACKCTL, "soak", strategy, *arguments],
        cwd=Path(__file__).parent,
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )


def result_of(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """Return what --json has printed, in one line."""
    assert done.stdout.count("\n") == 1, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    ("strategy", "options"),
    [
        ("news", ()),
        ("crossover", ("--set", "short_ticks=2", "--set", "long_ticks=9")),
        ("tests.kit.quoter:Quoter", ("--set", "order-manager.execution={limit_fill = 'touch'}")),
    ],
)
def test_a_sound_strategy_does_the_same(
    data: list[str], strategy: str, options: tuple[str, ...]
) -> None:
    """However often it is killed, and wherever; interactive or not."""
    kills = ("--kills", str(KILLS), "--pace", "400/s")

    done = soak(strategy, *data, *kills, *options, "--json")

    result = result_of(done)
    assert (done.returncode, result["same"], result["difference"]) == (0, True, None)
    assert result["kills"] == len(result["kill_messages"]) == KILLS
    assert result["messages"] == 639
    assert result["requests"] >= 30
    assert result["reports"] >= result["requests"]
    assert result["fills"] >= 20


def test_a_strategy_that_uses_the_wall_clock_is_found(data: list[str], tmp_path: Path) -> None:
    """People are told message and field; the files of both runs can be looked at."""
    state = ("--state-dir", str(tmp_path / "state"))

    done = soak(f"{BROKEN}:WallClock", *data, *ONE_KILL, *state)

    out, lines = done.stdout, done.stdout.splitlines()
    assert done.returncode == ExitStatus.REFUSED
    assert lines[0] == f"{BROKEN}:WallClock: DIFFERENT"
    assert re.match(r"  first in request 1, (before|after) ", lines[1])
    assert out.count("for message 17: AAA sentiment 90, 2026-01-05T14:30:01.500") == 2
    assert re.search(r"OrderQty: \d+ undisturbed, \d+ disturbed", out)
    assert "the wall clock: time.time(), datetime.now()" in out
    assert "  kills     1, seed 1\n" in out
    assert max(map(len, lines)) <= 80
    for name in ("undisturbed", "disturbed"):
        assert run(["verify", "--state-dir", f"{tmp_path}/state/{name}"]) == 0


def test_a_strategy_that_fails_after_a_kill_is_told(
    data: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the place of the exception; nothing is waited for."""
    monkeypatch.setenv(STARTS_FILE, f"{tmp_path}/starts")

    done = soak(f"{BROKEN}:StartsTwice", *data, *LATE_KILL)

    assert (done.returncode, done.stdout) == (ExitStatus.REFUSED, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("tradestackctl soak: strategy soak is paused: ")
    assert last.endswith("in on_news: RuntimeError: a third start at message 17; after 1 kill")


def test_a_process_that_ends_by_itself_is_told(data: list[str]) -> None:
    """With what it has written last; it is not started again forever."""
    done = soak(f"{BROKEN}:Leaves", *data, *ONE_KILL)

    assert (done.returncode, done.stdout) == (ExitStatus.REFUSED, "")
    assert done.stderr.splitlines() == [
        "strategy-soak: the strategy prints this",
        "tradestackctl soak: strategy-soak exited with status 3: the strategy prints this",
    ]


def test_ctrl_c_ends_it(data: list[str]) -> None:
    """Nothing is left, and the status is that of an interruption."""
    command = [TRADESTACKCTL, "soak", "news", *data, "--pace", "1/s", "--verbose"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        directories = []
        for line in process.stderr:
            if line.startswith(b"files in "):
                directories.append(Path(line.split()[2].removesuffix(b":").decode()))
            if len(directories) == 2 and b"connected to server" in line:
                process.terminate()
                break
        rest = process.stderr.read()
        status = process.wait(DEADLINE_S)

    assert (status, rest.splitlines()[-1]) == (130, b"tradestackctl soak: interrupted")
    assert not any(directory.exists() for directory in directories)
