"""The control interface that all daemons have."""

import signal
import socket

import pytest

from tests.runtime.launched import Launch
from tradestack.net.control.client import ControlClient
from tradestack.wire.varlink import VarlinkError


def test_log_level_changes_at_once(launch: Launch) -> None:
    """SetLogLevel silences what is less severe, and GetConfig shows the level in use."""
    daemon = launch()
    daemon.wait_for("READY=1")

    daemon.call("SetLogLevel", {"level": "error"})
    assert daemon.call("GetConfig")["config"]["log_level"] == "error"
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    assert "stopping" not in stderr


def test_unknown_log_level_is_refused(launch: Launch) -> None:
    """The error names the parameter."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with pytest.raises(VarlinkError, match="InvalidParameter"):
        daemon.call("SetLogLevel", {"level": "loud"})


def test_stats_name_the_daemon_and_its_start(launch: Launch) -> None:
    """The runtime adds what all daemons have."""
    daemon = launch()
    daemon.wait_for("READY=1")

    stats = daemon.call("GetStats")["stats"]

    assert stats["daemon"] == "echo"
    assert stats["pid"] == daemon.process.pid
    assert stats["start_time"].endswith("Z")
    assert stats["uptime_s"] >= 0
    assert stats["pss_bytes"] > 1 << 20
    assert stats["last_error"] is None
    assert stats["process"]["echoed"] == 0


def test_stats_stream_until_the_watcher_leaves(launch: Launch) -> None:
    """WatchStats answers again and again, each time with the counters of then."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with ControlClient(daemon.directory / "control.sock") as client:
        stream = client.stream("io.tradestack.Daemon.WatchStats", {"interval_ms": 100})
        first = next(stream)
        daemon.echo("hello")
        later = next(reply for reply in stream if reply["stats"]["echoed_total"] == 1)

    assert first["stats"]["echoed_total"] == 0
    assert later["stats"]["pid"] == daemon.process.pid


@pytest.mark.parametrize("interval_ms", [99, 3_600_001])
def test_watch_interval_has_limits(launch: Launch, interval_ms: int) -> None:
    """A shorter interval would burden the loop, a longer one is a mistake."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with (
        ControlClient(daemon.directory / "control.sock") as client,
        pytest.raises(VarlinkError, match="interval_ms"),
    ):
        next(client.stream("io.tradestack.Daemon.WatchStats", {"interval_ms": interval_ms}))


def test_metrics_are_listed_with_their_declarations(launch: Launch) -> None:
    """Those of the runtime and those of the program, with kind, unit and help."""
    daemon = launch()
    daemon.wait_for("READY=1")

    declared = {metric["name"]: metric for metric in daemon.call("ListMetrics")["metrics"]}

    assert declared["uptime_s"]["kind"] == "gauge"
    assert declared["echoed_total"] == {
        "name": "echoed_total",
        "kind": "counter",
        "unit": "messages",
        "help": "Messages sent back.",
        "label": "",
    }


def test_line_of_text_names_the_same_counters(launch: Launch) -> None:
    """People can read them with nc alone."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(daemon.directory / "control.sock"))
        client.sendall(b"stats\n")
        client.shutdown(socket.SHUT_WR)
        with client.makefile() as answer:
            lines = answer.read().splitlines()

    assert "echoed_total: 0" in lines
    assert "process.config_reloads: 0" in lines
