"""The life of a daemon, seen from outside: notify socket, signals, exit status, stderr."""

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.launched import ECHO_DAEMON, Launch


def test_serves_on_passed_sockets_once_ready(launch: Launch) -> None:
    """READY=1 comes when the daemon answers on the sockets it was passed, whatever their order."""
    daemon = launch()

    daemon.wait_for("READY=1")

    assert daemon.echo("hello") == "echo hello"
    assert daemon.call("GetStats")["stats"]["echoed_total"] == 1


def test_sigterm_stops_the_daemon(launch: Launch) -> None:
    """SIGTERM is answered by STOPPING=1 and exit status 0."""
    daemon = launch()
    daemon.wait_for("READY=1")

    daemon.send_signal(signal.SIGTERM)
    status, _ = daemon.wait_for_exit()

    assert status == 0
    assert "STOPPING=1" in daemon.notified


def test_sigterm_before_ready_stops_the_daemon(launch: Launch) -> None:
    """A daemon that gets it while it starts ends, and was never ready."""
    daemon = launch('behaviour = "never-ready"')
    daemon.wait_for("EXTEND_TIMEOUT_USEC=60000000")

    daemon.send_signal(signal.SIGTERM)
    status, _ = daemon.wait_for_exit()

    assert status == 0
    assert "READY=1" not in daemon.notified


def test_second_sigterm_ends_it_at_once(launch: Launch) -> None:
    """A stop that hangs is cut short by another SIGTERM."""
    daemon = launch('behaviour = "never-stop"')
    daemon.wait_for("READY=1")
    daemon.send_signal(signal.SIGTERM)
    daemon.wait_for("STOPPING=1")

    daemon.send_signal(signal.SIGTERM)
    status, _ = daemon.wait_for_exit()

    assert status == -signal.SIGTERM


def test_status_is_ascii_and_follows_the_service(launch: Launch) -> None:
    """STATUS= is sent again when it changed, and nothing in it can get it lost."""
    daemon = launch()
    daemon.wait_for("STATUS=echo ? 0")

    daemon.echo("hello")

    daemon.wait_for("STATUS=echo ? 1")


def test_watchdog_is_fed(launch: Launch) -> None:
    """WATCHDOG=1 comes again and again while the service is well."""
    daemon = launch(WATCHDOG_USEC="200000")

    daemon.wait_for("WATCHDOG=1")
    daemon.notified.clear()
    daemon.wait_for("WATCHDOG=1")


def test_watchdog_starves_when_the_service_stalls(launch: Launch) -> None:
    """A service that is stuck is not kept alive, and STATUS= has the reason."""
    daemon = launch('behaviour = "stall"', WATCHDOG_USEC="200000")

    daemon.wait_for("READY=1")
    daemon.wait_for("STATUS=stalled: stuck by its config; echo ? 0")
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    assert "WATCHDOG=1" not in daemon.notified
    assert stderr.count("stalled: stuck by its config") == 1


@pytest.mark.parametrize("behaviour", ["crash-on-input", "crash-in-callback"])
def test_fault_of_ours_ends_the_process(launch: Launch, behaviour: str) -> None:
    """An exception in a task or a callback of the loop is logged with its trace, and is fatal."""
    daemon = launch(f'behaviour = "{behaviour}"')
    daemon.wait_for("READY=1")

    daemon.echo("hello")
    status, stderr = daemon.wait_for_exit()

    assert status == 1
    assert "Traceback" in stderr
    assert "STOPPING=1" not in daemon.notified


def test_fault_at_start_is_never_ready(launch: Launch) -> None:
    """A daemon that crashes while it starts exits 1 and was never ready."""
    daemon = launch('behaviour = "crash-at-start"')

    status, stderr = daemon.wait_for_exit()

    assert status == 1
    assert "crashed by its config" in stderr
    assert "READY=1" not in daemon.notified


def test_operator_fault_exits_78_with_one_line(launch: Launch) -> None:
    """The operator reads one line with place, problem and remedy, without a trace."""
    daemon = launch('behaviour = "refuse-at-start"')

    status, stderr = daemon.wait_for_exit()

    assert status == 78
    assert stderr.count("\n") == 1
    assert "echo: refused by its config; change behaviour" in stderr


def test_a_full_disk_is_logged_in_one_line(launch: Launch) -> None:
    """It is neither our fault nor one of the config: no trace, and a restart may help."""
    daemon = launch('behaviour = "disk-full-at-start"')

    status, stderr = daemon.wait_for_exit()

    assert status == 1
    assert stderr.count("\n") == 1
    assert "No space left on device, the daemon exits: free space" in stderr


def test_missing_socket_is_fatal_under_a_supervisor(launch: Launch) -> None:
    """The daemon does not hide a failed socket unit by binding the address itself."""
    daemon = launch(LISTEN_FDNAMES="control:other")

    status, stderr = daemon.wait_for_exit()

    assert status == 78
    assert "no socket named echo was passed" in stderr


def test_binds_the_addresses_of_its_config_without_a_supervisor(tmp_path: Path) -> None:
    """Its own control socket has mode 0660 and is removed at the end."""
    control = tmp_path / "control.sock"
    config = tmp_path / "echo.toml"
    config.write_text(f'control_socket = "{control}"\nstate_directory = "{tmp_path}"')
    with subprocess.Popen(
        [sys.executable, str(ECHO_DAEMON), "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        mode = stat.S_IMODE(control.stat().st_mode)
        process.terminate()
        status = process.wait(timeout=60)

    assert "ready" in line
    assert mode == 0o660
    assert status == 0
    assert not control.exists()
