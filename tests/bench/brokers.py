"""The servers of peers, each on a free port, with its files in a scratch directory."""

import contextlib
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.faults import NotMeasured
from tests.bench.workshop import free_port

READY_DEADLINE_S = 60.0
POLL_S = 0.02


@contextmanager
def nats_server(directory: Path, prefix: Sequence[str] = ()) -> Iterator[int]:
    """Run a server that does not drop slow subscribers soon; yield its port."""
    port = free_port()
    binary = Path(sys.executable).parent / "nats-server"
    config = directory / "nats.conf"
    config.write_text("max_pending: 2GB\nwrite_deadline: 60s\n")
    argv = [str(binary), "--config", str(config), "--addr", "127.0.0.1", "--port", str(port)]
    with _running([*prefix, *argv], directory, port):
        yield port


@contextmanager
def redis_server(directory: Path, fsync: str, prefix: Sequence[str] = ()) -> Iterator[int]:
    """Run a server; yield its port.

    fsync: "no" keeps nothing; "everysec" and "always" are values of appendfsync.
    """
    port = free_port()
    binary = shutil.which("redis-server")
    if binary is None:
        raise NotMeasured("redis-server is not installed")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)]
    if fsync != "no":
        options += ["--appendonly", "yes", "--appendfsync", fsync]
    with _running([*prefix, binary, *options], directory, port):
        yield port


@contextmanager
def _running(argv: Sequence[str], directory: Path, port: int) -> Iterator[None]:
    with (directory / "broker.log").open("ab") as log:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait_listening(process, argv[0], port)
        yield
    finally:
        process.kill()
        process.wait()


def _wait_listening(process: "subprocess.Popen[bytes]", name: str, port: int) -> None:
    deadline_s = time.monotonic() + READY_DEADLINE_S
    while process.poll() is None and time.monotonic() < deadline_s:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        select.select([], [], [], POLL_S)
    raise NotMeasured(f"{name} does not serve port {port}")
