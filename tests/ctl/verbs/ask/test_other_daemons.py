"""What is asked of the daemons that only some hosts have."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.fix_port import FixPort
from tests.kit.order_manager import OrderManager
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.running_daemons import EXPORTER, RunningDaemons, StackReport


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Path]:
    """The runtime directory of an order manager and a FIX port, and of no gateway."""
    directory = tmp_path / "run"
    for each in ("orders", "fix", "run"):
        (tmp_path / each).mkdir()
    with (
        OrderManager(tmp_path / "orders") as manager,
        FixPort(tmp_path / "fix", manager) as port,
    ):
        manager.start()
        port.start()
        (directory / "order-manager.sock").symlink_to(manager.control)
        (directory / "fix.sock").symlink_to(port.control)
        yield directory


def test_they_are_asked_while_they_run(runtime: Path, capsys: Output) -> None:
    """By status, stats, metrics and log-level; those that have no socket are not missed."""
    where = "--runtime-dir", str(runtime)

    run(["status", *where])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    (row,) = [row for row in rows if row[0] == "fix"]
    assert row[-4:] == ["0", "clients", "logged", "on"]

    run(["stats", "--json", *where])
    stats = json.loads(capsys.readouterr().out)
    assert stats["fix"]["daemon"] == "fix"
    assert "grpc" not in stats

    run(["metrics", *where])
    metrics = capsys.readouterr().out
    assert 'tradestack_daemon_up{daemon="fix"} 1' in metrics
    assert 'daemon="grpc"' not in metrics
    assert RunningDaemons(runtime).names() == ["gateway", "order-manager", "fix"]


def test_an_exporter_without_its_server_is_at_a_stop(
    monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """It runs, and stores nothing; a spare stores nothing either, and is well."""

    def status_of(fault: str | None, state: str = "exporting") -> int:
        up = {"pid": 2, "uptime_s": 1}
        exporter = {**up, "head": 7, "server_fault": fault, "state": state, "stream": "FEED_1"}
        report = StackReport(up, up, {}, (), {EXPORTER: exporter})
        monkeypatch.setattr(RunningDaemons, "report", lambda _daemons: report)
        return run(["status"])

    assert status_of(None) == ExitStatus.DONE
    assert "7 ticks stored" in capsys.readouterr().out
    assert status_of("no answer") == ExitStatus.NOT_RUNNING
    assert "not exporting: no answer" in capsys.readouterr().out
    assert status_of(None, "spare") == ExitStatus.DONE
    assert "spare: another exporter writes FEED_1" in capsys.readouterr().out
