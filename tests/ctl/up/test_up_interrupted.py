"""`tradestackctl up` when it, or a daemon of it, is interrupted."""

import json
import os
import select
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.up.sample_run import BEFORE_THE_KILL, EXPECTED, counters, segments_of, up
from tests.kit.stack import DEADLINE_S, Stack
from tradestack.ctl.exit_status import ExitStatus
from tradestack.net.control.client import ControlClient


def test_ctrl_c_ends_an_open_ended_run(running: Stack) -> None:
    """All daemons stop, and the result so far is printed with status 0."""
    running.process.send_signal(signal.SIGINT)
    status, out, _ = running.end()

    assert status == 0
    assert json.loads(out)["gateway"]["source_state"] == "running"
    assert not running.runtime.exists()


def test_signals_that_come_together_end_the_run_as_one_does(running: Stack) -> None:
    """As from a terminal that is closed, or a program that passes on what it gets."""
    running.process.send_signal(signal.SIGSTOP)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        running.process.send_signal(number)
    running.process.send_signal(signal.SIGCONT)
    status, out, error = running.end()

    assert status == 0, error
    assert json.loads(out)["gateway"]["source_state"] == "running"
    assert "Traceback" not in error


@pytest.mark.parametrize("daemon", ["gateway", "order-manager", "strategy-news"])
def test_the_death_of_a_daemon_ends_the_run(running: Stack, daemon: str) -> None:
    """The last line has its name and how it died; no result is printed."""
    os.kill(running.pid_of(daemon), signal.SIGKILL)
    status, out, error = running.end()

    assert (status, out) == (1, "")
    assert f"{daemon} was killed by SIGKILL" in error.splitlines()[-1]
    assert not running.runtime.exists()


@pytest.mark.parametrize("daemon", ["gateway", "order-manager", "strategy-news"])
def test_a_respawned_daemon_continues(files: tuple[str, ...], daemon: str) -> None:
    """A new process takes over its sockets, and the result is as if it had not died."""
    options = (*files, "--pace", BEFORE_THE_KILL, "--until-end", "--json", "--respawn")

    with Stack(*options) as running:
        running.wait_for("order accepted orderid=1", count=1)
        before = running.pid_of(daemon)
        os.kill(before, signal.SIGKILL)
        after = running.pid_of(daemon)
        running.ctl("pace", "max")
        status, out, error = running.end()

    assert after != before
    assert status == 0, error
    stats = json.loads(out)
    assert stats["respawns"][daemon] == sum(stats["respawns"].values()) == 1
    assert counters(stats)["gateway"] == EXPECTED["gateway"]
    assert counters(stats)["strategy"] == EXPECTED["strategy"]
    assert counters(stats)["order_manager"][:3] == EXPECTED["order_manager"][:3]
    assert f"{daemon} was killed by SIGKILL" in error


def test_until_end_ends_although_the_outcome_of_an_order_is_unknown(
    files: tuple[str, ...], tmp_path: Path
) -> None:
    """The journal is lost with an order on its way: no report will come, and the end says so."""
    options = (
        *files,
        "--pace",
        BEFORE_THE_KILL,
        "--until-end",
        "--respawn",
        "--state-dir",
        str(tmp_path / "s"),
    )

    with Stack(*options) as running:
        running.ctl("pause")
        strategy_when(running, lambda stats: stats["state"] == "live")
        order_manager = running.pid_of("order-manager")
        os.kill(order_manager, signal.SIGSTOP)
        running.ctl("resume")
        running.ctl("pace", "max")
        strategy_when(running, lambda stats: stats["orders_pending"] > 0)
        for journal in (tmp_path / "s/state/order-manager").glob("*.journal"):
            journal.unlink()
        os.kill(order_manager, signal.SIGKILL)
        status, out, error = running.end()

    assert status == 0, error
    assert "sent with unknown outcome: the order session is gone" in out


def strategy_when(running: Stack, condition: Callable[[Mapping[str, Any]], bool]) -> None:
    """Return when the strategy's stats fulfil the condition."""
    with ControlClient(running.files.control("strategy-news")) as client:
        replies = client.stream("io.tradestack.Daemon.WatchStats", {"interval_ms": 100})
        next(reply for reply in replies if condition(reply["stats"]))


def test_respawn_does_not_repeat_operator_faults(files: tuple[str, ...]) -> None:
    """An invalid configuration ends the run at once with status 78."""
    done = up(*files, "--pace", "10", "--until-end", "--respawn")

    assert (done.returncode, done.stdout) == (78, "")


def test_a_daemon_that_hangs_does_not_keep_a_run_from_ending(files: tuple[str, ...]) -> None:
    """It gives no last stats, so there is no result; it is killed with the others."""
    with Stack(*files, "--respawn", "--json", "--pace", "1x") as running:
        gateway = running.pid_of("gateway")
        os.kill(gateway, signal.SIGSTOP)
        running.process.terminate()
        status, out, error = running.end()

    assert (status, out) == (ExitStatus.NOT_RUNNING, "")
    assert error.splitlines()[-1] == "tradestackctl: a daemon gave no answer within 5 s"
    assert not Path(f"/proc/{gateway}").exists()


DIES_AT_ITS_FIRST_TICK = "gateway.appended:1"


@pytest.fixture
def _failing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADESTACK_FAIL_POINTS", DIES_AT_ITS_FIRST_TICK)


@pytest.mark.usefixtures("_failing")
def test_a_run_whose_daemon_keeps_dying_ends_after_its_duration(files: tuple[str, ...]) -> None:
    """Also if its daemons were never ready together; the last death is the reason."""
    done = up(*files, "--respawn", "--json", "--duration", "3s")

    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.splitlines()[-1] == "tradestackctl up: gateway was killed by SIGKILL"


@pytest.mark.usefixtures("_failing")
def test_a_run_whose_daemon_keeps_dying_ends_at_the_first_signal(files: tuple[str, ...]) -> None:
    """The last death is the reason."""
    with Stack(*files, "--respawn", "--json") as running:
        running.wait_for("starting it again", count=2)
        running.process.terminate()
        status, out, error = running.end()

    assert (status, out) == (1, ""), error
    assert error.splitlines()[-1] == "tradestackctl up: gateway was killed by SIGKILL"


def test_daemons_end_when_up_is_killed(files: tuple[str, ...], tmp_path: Path) -> None:
    """The kernel ends them; the next run continues in the directory and cleans it up."""
    options = (*files, "--pace", "1x", "--state-dir", str(tmp_path / "state"))

    with Stack(*options) as running:
        pidfds = [os.pidfd_open(running.pid_of(name)) for name in ("gateway", "order-manager")]
        running.process.kill()
        for pidfd in pidfds:
            assert select.select([pidfd], [], [], DEADLINE_S)[0]
            os.close(pidfd)
    second = up(*options, "--duration", "1s")

    assert second.returncode == 0, second.stderr
    assert not segments_of(tmp_path / "state")


def test_ctrl_c_before_the_end_of_the_data_prints_no_result(files: tuple[str, ...]) -> None:
    """With --until-end, an interrupted run has status 130."""
    with Stack(*files, "--pace", "1x", "--until-end", "--json") as running:
        running.process.send_signal(signal.SIGINT)
        status, out, error = running.end()

    assert (status, out) == (130, "")
    assert error.splitlines()[-1] == "tradestackctl up: interrupted"
