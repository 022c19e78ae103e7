"""Reloads of the config of a running daemon."""

import signal

import pytest

from tests.runtime.launched import Launch
from tradestack.wire.varlink import VarlinkError


def test_reload_takes_over_the_config(launch: Launch) -> None:
    """SIGHUP applies the file; systemd learns when that began and when it was done."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config('prefix = "changed"\nlog_level = "warning"')
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")

    assert daemon.notified[0] == "RELOADING=1"
    assert daemon.notified[1].startswith("MONOTONIC_USEC=")
    assert daemon.echo("hello") == "changed hello"
    assert daemon.call("GetConfig")["config"]["prefix"] == "changed"
    assert daemon.call("GetStats")["stats"]["process"]["config_reloads"] == 1


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("prefix = 5", "is not a text"),
        ("prefix =", "not TOML"),
        ('prefix = "refused"', "is not allowed"),
    ],
)
def test_refused_reload_keeps_the_old_config(launch: Launch, config: str, reason: str) -> None:
    """A bad file changes nothing, is counted, and is the last error."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config(config)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")

    stats = daemon.call("GetStats")["stats"]
    assert daemon.echo("hello") == "echo hello"
    assert stats["process"]["config_reloads_refused"] == 1
    assert reason in stats["last_error"]


def test_a_call_reloads_and_answers_when_it_is_done(launch: Launch) -> None:
    """Reload applies the file before it answers; systemd is told of it as for SIGHUP."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config('prefix = "changed"')
    daemon.call("Reload")

    assert daemon.echo("hello") == "changed hello"
    daemon.wait_for("READY=1")
    told = [line.partition("=")[0] for line in daemon.notified]
    assert told == ["RELOADING", "MONOTONIC_USEC", "STATUS", "READY"]
    assert daemon.call("GetStats")["stats"]["process"]["config_reloads"] == 1


@pytest.mark.parametrize(
    ("config", "where", "problem"),
    [("prefix = 5", "{path}: prefix", "5 is not a text"), ('prefix = "refused"', "prefix", "'ref")],
)
def test_a_call_answers_with_the_refusal(
    launch: Launch, config: str, where: str, problem: str
) -> None:
    """Reload says where, what and the remedy, whether file or service is at fault; all stays."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()
    daemon.write_config(config)

    with pytest.raises(VarlinkError) as caught:
        daemon.call("Reload")

    assert caught.value.name == "io.tradestack.Daemon.ConfigRefused"
    assert caught.value.parameters["where"] == where.format(path=daemon.config_path)
    assert caught.value.parameters["problem"].startswith(problem)
    assert caught.value.parameters["remedy"]
    assert daemon.echo("hello") == "echo hello"
    daemon.wait_for("READY=1")
    assert daemon.call("GetStats")["stats"]["process"]["config_reloads_refused"] == 1


def test_status_shows_a_refused_reload(launch: Launch) -> None:
    """STATUS begins with the refusal, and the last error is it, until a reload succeeds."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config("prefix = 5")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")
    refused = daemon.notified.copy()
    daemon.notified.clear()
    daemon.write_config('prefix = "changed"\nlog_level = "error"')
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")

    begins = f"STATUS=last reload refused: {daemon.config_path}: prefix: "
    assert [line.startswith(begins) for line in refused if line.startswith("STATUS=")] == [True]
    last = [line for line in daemon.notified if line.startswith("STATUS=")][-1]
    assert "refused" not in last
    assert daemon.call("GetStats")["stats"]["last_error"] is None


def test_keys_that_need_a_restart_wait_and_are_named(launch: Launch) -> None:
    """A reload takes over what it can, and names the rest in STATUS=, log, stats and GetConfig."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config('prefix = "changed"\nbehaviour = "stall"\nsuffix = "!"')
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")
    answer = daemon.call("GetConfig")
    stats = daemon.call("GetStats")["stats"]
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    assert "STATUS=restart needed for changed behaviour; changed ? 0" in daemon.notified
    assert answer["config"]["prefix"] == "changed"
    assert answer["config"]["behaviour"] == "serve"
    assert answer["pending"] == {
        "behaviour": {"value": "stall", "holds": "restart"},
        "suffix": {"value": "!", "holds": "next session"},
    }
    assert stats["config_pending"] == {"behaviour": "restart", "suffix": "next session"}
    assert stats["process"]["config_reloads"] == 1
    assert "changed configuration keys need a restart keys=behaviour path=" in stderr


def test_keys_that_wait_for_a_session_hold_when_it_begins(launch: Launch) -> None:
    """GetConfig shows the old value until the service has begun a session."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.write_config('suffix = "!"')
    daemon.notified.clear()
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")
    before = daemon.call("GetConfig")

    daemon.echo("session")
    after = daemon.call("GetConfig")

    assert (before["config"]["suffix"], before["pending"].keys()) == ("", {"suffix"})
    assert (after["config"]["suffix"], after["pending"]) == ("!", {})


def test_file_that_is_set_back_waits_for_nothing(launch: Launch) -> None:
    """A key with its old value again needs no restart."""
    daemon = launch()
    daemon.wait_for("READY=1")
    for config in ('behaviour = "stall"', ""):
        daemon.notified.clear()
        daemon.write_config(config)
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_for("READY=1")

    assert daemon.call("GetConfig")["pending"] == {}
    assert not any("restart" in line for line in daemon.notified)


def test_reload_during_the_start_is_made_up_for(launch: Launch) -> None:
    """A SIGHUP that comes before READY=1 is not lost and cannot disturb the start."""
    daemon = launch('behaviour = "start-on-file"')
    daemon.wait_for("EXTEND_TIMEOUT_USEC=60000000")
    daemon.write_config('behaviour = "start-on-file"\nprefix = "changed"')

    daemon.send_signal(signal.SIGHUP)
    (daemon.directory / "state" / "go").touch()
    daemon.wait_for("RELOADING=1")
    daemon.wait_for("STATUS=changed ? 0")

    assert daemon.notified.index("READY=1") < daemon.notified.index("RELOADING=1")
    assert daemon.call("GetConfig")["config"]["prefix"] == "changed"
