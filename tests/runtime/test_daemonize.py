"""Detached daemons and their pidfiles."""

import fcntl
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.other_user import NOBODY, needs_root
from tradestack.domain.faults import OperatorFault
from tradestack.net.control.client import ControlClient
from tradestack.runtime.daemonize import PidFile

ECHO_DAEMON = Path(__file__).with_name("echo_daemon.py")
DEADLINE_S = 60.0


class Detached:
    """A directory in which detached daemons are launched."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.pidfile = directory / "echo.pid"
        self.pids: list[int] = []

    def launch(self, config: str = "") -> "subprocess.CompletedProcess[str]":
        """Launch a daemon; return when the launcher does."""
        path = self.directory / "echo.toml"
        path.write_text(
            f'control_socket = "{self.directory / "control.sock"}"\n'
            f'state_directory = "{self.directory}"\n{config}'
        )
        done = subprocess.run(
            [
                *(sys.executable, str(ECHO_DAEMON), "--config", str(path)),
                *("--daemonize", "--pidfile", str(self.pidfile)),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
        if done.returncode == 0:
            self.pids.append(int(self.pidfile.read_text()))
        return done

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the newest daemon and wait until it is gone."""
        pidfd = os.pidfd_open(self.pids[-1])
        os.kill(self.pids.pop(), number)
        gone, _, _ = select.select([pidfd], [], [], DEADLINE_S)
        os.close(pidfd)
        assert gone


@pytest.fixture
def detached(tmp_path: Path) -> Iterator[Detached]:
    """Ends with the test what it launched."""
    detached = Detached(tmp_path)
    yield detached
    while detached.pids:
        detached.stop(signal.SIGKILL)


def test_launcher_returns_when_the_daemon_serves(detached: Detached) -> None:
    """The pid in the file is that of the process that answers, in a session of its own."""
    done = detached.launch()

    with ControlClient(detached.directory / "control.sock") as client:
        stats = client.call("io.tradestack.Daemon.GetStats")["stats"]

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stats["pid"] == detached.pids[0]
    assert os.getsid(detached.pids[0]) != os.getsid(0)


def test_pidfile_is_removed_at_the_end(detached: Detached) -> None:
    """A daemon that was stopped leaves nothing behind."""
    detached.launch()

    detached.stop()

    assert not detached.pidfile.exists()
    assert not (detached.directory / "control.sock").exists()


@pytest.mark.parametrize(
    ("config", "status", "reason"),
    [
        ('behaviour = "refuse-at-start"', 78, "echo: refused by its config; change behaviour"),
        ('behaviour = "crash-at-start"', 1, "RuntimeError: crashed by its config"),
        ("prefix = 5", 78, "prefix: 5 is not a text"),
    ],
)
def test_launcher_shows_why_the_daemon_did_not_start(
    detached: Detached, config: str, status: int, reason: str
) -> None:
    """The reason comes back through the readiness pipe, with the daemon's exit status."""
    done = detached.launch(config)

    assert done.returncode == status
    assert reason in done.stderr
    assert not detached.pidfile.exists()


def test_running_daemon_is_recognised(detached: Detached) -> None:
    """The second launch names the pid of the first daemon, which goes on."""
    detached.launch()

    second = detached.launch()

    assert second.returncode == 78
    assert f"already runs as process {detached.pids[0]}" in second.stderr
    with ControlClient(detached.directory / "control.sock") as client:
        client.call("io.tradestack.Daemon.GetStats")


def test_pidfile_of_a_killed_daemon_is_stale(detached: Detached) -> None:
    """SIGKILL leaves pidfile and socket; the next launch takes both over."""
    detached.launch()
    detached.stop(signal.SIGKILL)
    assert detached.pidfile.exists()

    done = detached.launch()

    assert (done.returncode, done.stderr) == (0, "")


def test_pid_of_another_program_does_not_count(detached: Detached) -> None:
    """The pid may belong to another process by now: only the lock counts."""
    detached.pidfile.write_text(f"{os.getpid()}\n")

    done = detached.launch()

    assert done.returncode == 0
    assert int(detached.pidfile.read_text()) != os.getpid()


def test_stderr_that_is_a_file_is_kept(detached: Detached) -> None:
    """The log goes on in the file; a pipe would keep its reader waiting."""
    log_path = detached.directory / "log"
    config = detached.directory / "echo.toml"
    detached.launch()
    detached.stop()
    with log_path.open("w") as log:
        subprocess.run(
            [
                *(sys.executable, str(ECHO_DAEMON), "--config", str(config)),
                *("--daemonize", "--pidfile", str(detached.pidfile)),
            ],
            check=True,
            stderr=log,
            timeout=DEADLINE_S,
        )
    detached.pids.append(int(detached.pidfile.read_text()))

    detached.stop()

    assert "stopping daemon=echo" in log_path.read_text()


def test_locked_pidfile_is_not_taken(tmp_path: Path) -> None:
    """Of two launches at the same time one wins."""
    path = tmp_path / "pid"
    with path.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(OperatorFault, match="already runs"):
            PidFile(path).check()


def test_a_pidfile_is_closed_to_others(tmp_path: Path) -> None:
    """Whoever can open it can lock it: the mode of an existing file is corrected as well."""
    path = tmp_path / "pid"
    path.touch(0o666)

    with PidFile(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """The directory may be open to others, who can put one there."""
    target = tmp_path / "target"
    target.write_text("precious")
    (tmp_path / "pid").symlink_to(target)

    with pytest.raises(OperatorFault, match="symbolic links"):
        PidFile(tmp_path / "pid").check()
    assert target.read_text() == "precious"


@needs_root
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    """Its owner could lock it at any time."""
    path = tmp_path / "pid"
    path.touch()
    os.chown(path, NOBODY, NOBODY)

    with pytest.raises(OperatorFault, match=f"of uid {NOBODY}; name another path"):
        PidFile(path).check()


def test_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """The launcher finds it before anything is detached."""
    with pytest.raises(OperatorFault, match="No such file or directory"):
        PidFile(tmp_path / "none" / "pid").check()
