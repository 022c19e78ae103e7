"""The verb status, with real daemons."""

import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.stack import Stack
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.running_daemons import RunningDaemons, StackReport
from tradestack.ctl.verbs.ask.status import WITHOUT_FEED
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.times import format_utc
from tradestack.runtime.clock import SystemClock


def test_status_prints_a_line_for_each_daemon(stack: Stack, capsys: Output) -> None:
    """Gateway, order manager and strategy are listed with what they are doing."""
    status = stack.ctl("status")

    heading, *lines = capsys.readouterr().out.splitlines()
    assert status == ExitStatus.DONE
    assert heading.split() == ["DAEMON", "PID", "UP", "MEMORY", "SESSION", "STATE"]
    assert [line.split("  ")[0] for line in lines[:3]] == [
        "gateway",
        "order-manager",
        "strategy news",
    ]
    assert "ticks/s" in lines[0]


def test_status_names_changed_keys_that_need_a_restart(stack: Stack, capsys: Output) -> None:
    """It does so until the daemon is restarted or the file is set back."""
    config = stack.files.config("order-manager")
    content = config.read_text()

    config.write_text(re.sub('order_log = ".*"', 'order_log = "/elsewhere"', content))
    reload_order_manager(stack)
    stack.ctl("status")
    changed = capsys.readouterr().out
    config.write_text(content)
    reload_order_manager(stack)
    stack.ctl("status")

    waiting = "order-manager: changed in its config, but not in use before restart: order_log\n"
    assert waiting in changed
    assert waiting not in capsys.readouterr().out


def reload_order_manager(stack: Stack) -> None:
    """Send SIGHUP to the order manager, and wait until it has reloaded its config."""
    before = stack.daemons.report().order_manager
    assert before is not None
    os.kill(before["pid"], signal.SIGHUP)
    for report in stack.daemons.watch():
        now = report.order_manager
        if now and now["process"]["config_reloads"] > before["process"]["config_reloads"]:
            return


def test_status_shows_a_daemon_that_does_not_respond(tmp_path: Path, capsys: Output) -> None:
    """A strategy whose socket exists is listed even if nothing listens on it."""
    (tmp_path / "strategy-momentum.sock").touch()

    status = run(["status", "--runtime-dir", str(tmp_path)])

    lines = capsys.readouterr().out.splitlines()
    assert status == ExitStatus.NOT_RUNNING
    assert lines[-1].split() == ["strategy", "momentum", *"----", "not", "responding"]


def test_status_fails_while_a_strategy_is_not_connected(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """Its line names the server; not at the start, not of a session, nor after one (the feed)."""
    strategy = {"pid": 1, "uptime_s": 60, "state": "live", "connected_orders": True}

    def status_of(**stats: object) -> int:
        report = StackReport(
            {"pid": 2, "uptime_s": 1}, {"pid": 3, "uptime_s": 1}, {"news": strategy | stats}, ()
        )
        monkeypatch.setattr(RunningDaemons, "report", lambda _daemons: report)
        return run(["status"])

    assert status_of(connected_feed=True) == ExitStatus.DONE
    for state in WITHOUT_FEED:
        assert status_of(connected_feed=False, state=state) == ExitStatus.DONE
    assert status_of(connected_feed=True, connected_orders=False, uptime_s=1) == ExitStatus.DONE
    assert "not connected to orders" in capsys.readouterr().out
    assert status_of(connected_feed=True) == ExitStatus.DONE
    assert "not connected" not in capsys.readouterr().out
    assert status_of(connected_feed=False) == ExitStatus.NOT_RUNNING
    assert "not connected to feed" in capsys.readouterr().out
    now_ns = SystemClock().wall_ns()
    begun, long_ago = format_utc(now_ns), format_utc(now_ns - 11 * NANOSECONDS_PER_SECOND)
    assert status_of(connected_feed=False, session_start_time=begun) == ExitStatus.DONE
    assert "not connected" not in capsys.readouterr().out
    assert status_of(connected_feed=False, session_start_time=long_ago) == ExitStatus.NOT_RUNNING
    assert (
        status_of(connected_feed=True, connected_orders=False, session_start_time=begun)
        == ExitStatus.NOT_RUNNING
    )
    capsys.readouterr()
    assert status_of(uptime_s=1, pause_reason="ValueError: no\x1b[2J") == ExitStatus.NOT_RUNNING
    assert "PAUSED: ValueError: no?[2J\n" in capsys.readouterr().out


def test_status_says_which_limits_are_near(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    """For each daemon in a line of its own, with what to do."""
    near = "clients 82% used (210 of 256): raise clients_max"
    gateway = {"pid": 2, "uptime_s": 1, "limits_near": near}
    report = StackReport(gateway, {"pid": 3, "uptime_s": 1, "limits_near": None}, {}, ())
    monkeypatch.setattr(RunningDaemons, "report", lambda _daemons: report)

    assert run(["status"]) == ExitStatus.DONE

    assert f"gateway: {near}\n" in capsys.readouterr().out


def test_status_says_whose_orders_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """An operator who has halted trading, or finds it halted, sees that here."""

    def shown(trading: dict[str, object]) -> str:
        manager = {"pid": 3, "uptime_s": 1, "trading": trading}
        report = StackReport({"pid": 2, "uptime_s": 1}, manager, {}, ())
        monkeypatch.setattr(RunningDaemons, "report", lambda _daemons: report)
        run(["--runtime-dir", "/x/run", "status"])
        return capsys.readouterr().out

    nobody = {"users_reducing": 0, "users_halted": 0}
    assert "trading" not in shown({"state": "ACTIVE", **nobody})
    halted = shown({"state": "HALTED", **nobody})
    assert "trading is HALTED for all users: `tradestackctl limits --runtime-dir /x/run`" in halted
    two = shown({"state": "ACTIVE", "users_reducing": 0, "users_halted": 2})
    assert "trading is HALTED for 2 of the users: " in two
    assert "REDUCING" not in two


def test_status_fails_while_a_daemon_is_at_a_stop(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """It runs and answers, and a full disk or a bad file lets it do nothing."""

    def status_of(gateway: Mapping[str, object], manager: Mapping[str, object]) -> int:
        up = {"pid": 2, "uptime_s": 1, "source_state": "running"}
        report = StackReport({**up, **gateway}, {**up, **manager}, {}, ())
        monkeypatch.setattr(RunningDaemons, "report", lambda _daemons: report)
        return run(["status"])

    works = {"publication_blocked": None}, {"journal_fault": None}
    assert status_of(*works) == ExitStatus.DONE
    assert "running, 0 ticks/s" in capsys.readouterr().out
    assert status_of({"publication_blocked": "1 MiB free"}, works[1]) == ExitStatus.NOT_RUNNING
    assert "blocked: 1 MiB free, 0 ticks" in capsys.readouterr().out
    assert status_of({"source_state": "fault"}, works[1]) == ExitStatus.NOT_RUNNING
    assert status_of(works[0], {"journal_fault": "1 MiB free"}) == ExitStatus.NOT_RUNNING
    assert "orders not taken: 1 MiB free, 0 orders" in capsys.readouterr().out


def test_status_fails_while_a_relay_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """It serves what it has, and looks like a gateway without ticks; a moment is no fault."""

    def status_of(**upstream: object) -> tuple[int, str]:
        up = {"pid": 2, "uptime_s": 100, "source_state": "running", "at_end": "loop"}
        relay = {**up, "upstream": {"address": "10.77.0.1:8999"} | upstream}
        report = StackReport(relay, {"pid": 3, "uptime_s": 100}, {}, ())
        monkeypatch.setattr(RunningDaemons, "report", lambda _daemons: report)
        return run(["status"]), capsys.readouterr().out

    fault = "Connect call failed"
    works, out = status_of(fault=None, away_s=0.0)
    assert (works, "running, 0 ticks/s" in out) == (ExitStatus.DONE, True)
    assert "at_end" not in out  # that is not in use there
    assert status_of(fault=fault, away_s=2.5)[0] == ExitStatus.DONE
    cut_off, out = status_of(fault=fault, away_s=20.0)
    assert cut_off == ExitStatus.NOT_RUNNING
    assert "not connected to 10.77.0.1:8999 for 20 s: Connect call failed, 0 ticks" in out
