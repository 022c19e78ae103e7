"""The exporter as a process on a passed socket: limits, slow peers, and its end."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.scraper import COMMAND, DEADLINE_S, Exporter
from tradestack_metrics.exporter import CONNECTIONS_MAX
from tradestack_metrics.http import HEAD_BYTES_MAX

REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Exporter]:
    """An exporter of a directory without daemons."""
    with Exporter(tmp_path, "--idle-exit", "0") as running:
        yield running


def test_daemons_that_do_not_run_are_down(exporter: Exporter) -> None:
    """The two that every stack has are named; the answer is a good one."""
    status, headers, text = exporter.get()

    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert text.splitlines()[2:] == [
        'tradestack_daemon_up{daemon="gateway"} 0',
        'tradestack_daemon_up{daemon="order-manager"} 0',
    ]


def test_a_page_of_a_foreign_name_learns_nothing(exporter: Exporter) -> None:
    """DNS can lead any name to this address; the browser sends that name."""
    status, _, text = exporter.get(headers=[("Host", "evil.example")])

    assert status == 403
    assert "daemon" not in text
    assert exporter.get(method="POST")[0] == 405


def test_a_name_can_be_allowed(tmp_path: Path) -> None:
    """For a scraper that comes through a proxy."""
    with Exporter(tmp_path, "--allow-host", "Metrics.Example") as exporter:
        assert exporter.get(headers=[("Host", "metrics.example:80")])[0] == 200


def test_a_request_in_pieces_is_answered_and_a_long_one_refused(exporter: Exporter) -> None:
    """Bytes come as they like; without an end there is a limit."""
    with socket.create_connection(("127.0.0.1", exporter.port), timeout=DEADLINE_S) as peer:
        for byte in REQUEST:
            peer.sendall(bytes([byte]))
        assert peer.recv(12) == b"HTTP/1.1 200"

    assert exporter.exchange(b"GET /" + b"x" * HEAD_BYTES_MAX).startswith(b"HTTP/1.1 431")
    assert exporter.exchange(b"\x16\x03\x01\x02\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_idle_connections_keep_nobody_out(exporter: Exporter) -> None:
    """Beyond the limit the oldest is closed, and whoever asks is answered."""
    idle = [
        socket.create_connection(("127.0.0.1", exporter.port), timeout=DEADLINE_S)
        for _ in range(CONNECTIONS_MAX)
    ]
    try:
        assert exporter.exchange(REQUEST).startswith(b"HTTP/1.1 200")
        assert idle[0].recv(1) == b""
    finally:
        for each in idle:
            each.close()


def test_it_ends_when_nobody_asks_and_the_next_one_is_answered(tmp_path: Path) -> None:
    """The listener stays with systemd, and with it who has connected meanwhile."""
    with Exporter(tmp_path, "--idle-exit", "0.2") as exporter:
        assert exporter.get()[0] == 200
        assert exporter.process.wait(DEADLINE_S) == 0
        with socket.create_connection(("127.0.0.1", exporter.port), timeout=DEADLINE_S) as peer:
            peer.sendall(REQUEST)
            exporter.start()
            assert peer.recv(12) == b"HTTP/1.1 200"


def test_a_signal_ends_it_with_success(exporter: Exporter) -> None:
    """As systemd expects it."""
    exporter.get()
    exporter.process.send_signal(signal.SIGTERM)

    assert exporter.process.wait(DEADLINE_S) == 0


@pytest.mark.parametrize(
    ("option", "value", "status"),
    [
        ("--listen", "nonsense", 2),
        ("--listen", "192.0.2.1:1", 78),
        ("--idle-exit", "-1", 2),
        ("--idle-exit", "nan", 2),
        ("--idle-exit", "soon", 2),
    ],
)
def test_a_wrong_option_is_told_in_a_line(option: str, value: str, status: int) -> None:
    """It names what was given; an address that cannot be bound is an operator's fault."""
    finished = subprocess.run(
        [COMMAND, option, value], check=False, capture_output=True, text=True, timeout=60
    )

    assert finished.returncode == status, finished.stderr
    assert value in finished.stderr
    assert "Traceback" not in finished.stderr
