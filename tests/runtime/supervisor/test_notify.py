"""Notifier: datagrams to the supervisor."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sdnotify import SystemdNotifier

from tradestack.runtime.supervisor.notify import Notifier


@pytest.fixture
def notifier(supervisor: socket.socket) -> Iterator[Notifier]:
    """Connected to the supervisor."""
    notifier = Notifier.connect(str(supervisor.getsockname()))
    yield notifier
    assert isinstance(notifier._channel, SystemdNotifier)
    notifier._channel.socket.close()


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A bound notify socket, named in the environment."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(path))
        receiver.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield receiver


def test_each_state_has_its_datagram(supervisor: socket.socket, notifier: Notifier) -> None:
    """The texts are those of sd_notify(3)."""
    notifier.status("going")
    notifier.extend_timeout(5)
    notifier.ready()
    notifier.watchdog()
    notifier.reloading(1_234_567_891)
    notifier.stopping()

    assert [supervisor.recv(4096) for _ in range(6)] == [
        b"STATUS=going",
        b"EXTEND_TIMEOUT_USEC=5000000",
        b"READY=1",
        b"WATCHDOG=1",
        b"RELOADING=1\nMONOTONIC_USEC=1234567",
        b"STOPPING=1",
    ]


def test_status_is_one_ascii_line_and_sent_when_it_changed(
    supervisor: socket.socket, notifier: Notifier
) -> None:
    """A line break would begin another variable; sdnotify would lose an arrow."""
    notifier.status("a → b\nREADY=1")
    notifier.status("a → b\nREADY=1")
    notifier.ready()

    assert supervisor.recv(4096) == b"STATUS=a ? b READY=1"
    assert supervisor.recv(4096) == b"READY=1"


def test_lost_supervisor_is_logged_and_survived(
    supervisor: socket.socket, notifier: Notifier, caplog: pytest.LogCaptureFixture
) -> None:
    """sdnotify alone would hide the error."""
    supervisor.close()

    with caplog.at_level(logging.WARNING):
        notifier.ready()

    assert "supervisor did not take READY" in caplog.text


def test_without_supervisor_nothing_happens() -> None:
    """A daemon in the foreground sends nothing, and that is not an error."""
    notifier = Notifier.connect(None)

    notifier.ready()
    notifier.status("going")
