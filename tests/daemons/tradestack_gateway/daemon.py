"""A real gateway in its own process, and a raw client of its feed that does nothing by itself."""

import fcntl
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tests.daemons.tradestack_gateway.files import joined

from tradestack.net.control.client import ControlClient, ControlFault
from tradestack.net.server.users import new_salt, users_line
from tradestack.wire import soup
from tradestack.wire.feed import FeedDecoder, TickBatch, TickRecords, new_records
from tradestack.wire.soup import PacketType

DEADLINE_S = 30  # whoever waits longer waits for ever
POLL_S = 0.01  # the control socket is asked, as there is no event to wait for
PASSWORD = "secret"
SEGMENTS = Path("/dev/shm")
# Sockets are handed over at 3 and 4, as systemd does; LISTEN_PID is known only after the fork.
LAUNCH = 'exec 3<&"$1" 4<&"$2"; shift 2; export LISTEN_PID=$$; exec "$@"'
RUN_MODULE = ("-m", "tradestack_gateway")


class Daemon:
    """A gateway in a directory; its listening sockets outlive it, as under systemd."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.state = directory / "state"
        self.suffix = f"-test-{uuid.uuid4().hex[:12]}"
        self.control = directory / "gateway.sock"
        self._errors = directory / "stderr"
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[RawClient] = []
        self._feed = socket.create_server(("127.0.0.1", 0))
        self._control = socket.socket(socket.AF_UNIX)
        self._control.bind(str(self.control))
        self._control.listen()
        users = users_line("guest", PASSWORD, salt=new_salt())
        (directory / "users").write_text(users)

    @property
    def address(self) -> tuple[str, int]:
        """Where the feed is served."""
        host, port = self._feed.getsockname()
        return host, port

    def configure(self, **keys: Any) -> None:
        """Writes the config file."""
        table = {
            "users_file": str(self.directory / "users"),
            "state_directory": str(self.state),
            "segment_suffix": self.suffix,
            **{
                name: str(value) if isinstance(value, Path) else value
                for name, value in keys.items()
            },
        }
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in table.items()]
        (self.directory / "gateway.toml").write_text("".join(lines))

    def launch(self, command: tuple[str, ...] = RUN_MODULE) -> None:
        """Runs it without waiting for anything."""
        # Above whatever bash itself uses.
        descriptors = [fcntl.fcntl(sock, fcntl.F_DUPFD, 20) for sock in (self._feed, self._control)]
        config = str(self.directory / "gateway.toml")
        arguments = [sys.executable, *command, "--config", config]
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                ["bash", "-c", LAUNCH, "launch", *map(str, descriptors), *arguments],
                pass_fds=descriptors,
                env={**os.environ, "LISTEN_FDS": "2", "LISTEN_FDNAMES": "feed:control"},
                stderr=errors,
            )
        for descriptor in descriptors:
            os.close(descriptor)

    def start(self, command: tuple[str, ...] = RUN_MODULE) -> dict[str, Any]:
        """Runs it; the stats of the moment it is ready."""
        self.launch(command)
        assert self._process is not None
        for _ in range(DEADLINE_S):
            try:
                with ControlClient(self.control, reply_deadline_s=1) as client:
                    answer = client.call("io.tradestack.Daemon.GetStats", {})
            except ControlFault:
                assert self._process.poll() is None, self.errors
            else:
                stats: dict[str, Any] = answer["stats"]
                return stats
        raise AssertionError(f"it does not become ready: {self.errors}")

    @property
    def errors(self) -> str:
        """What it has logged in all its lives."""
        return self._errors.read_text()

    def signal(self, number: signal.Signals) -> None:
        """Sends it."""
        assert self._process is not None
        self._process.send_signal(number)

    def limit_file_size(self, bytes_max: int) -> None:
        """As if the disk were full at that size of any file."""
        assert self._process is not None
        _, hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)
        soft = hard if bytes_max < 0 else bytes_max
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def wait(self) -> int:
        """Its exit status, when it has ended."""
        assert self._process is not None
        status = self._process.wait(DEADLINE_S)
        self._process = None
        return status

    def kill(self) -> None:
        """The way a power supply would."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """As systemd stops it; the exit status."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """One Varlink call of io.tradestack.Gateway, or of the interface that is named."""
        name = method if "." in method else f"io.tradestack.Gateway.{method}"
        with ControlClient(self.control) as client:
            return client.call(name, dict(parameters or {}))

    def call_to_the_end(self, method: str, parameters: Mapping[str, Any]) -> None:
        """A call with all its replies, whatever they are."""
        with ControlClient(self.control) as client:
            for _ in client.stream(f"io.tradestack.Gateway.{method}", dict(parameters)):
                pass

    def read_ticks(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        """ReadTicks, tick by tick."""
        with ControlClient(self.control) as client:
            for reply in client.stream("io.tradestack.Gateway.ReadTicks", parameters):
                yield from reply["ticks"]

    def stats(self) -> dict[str, Any]:
        """GetStats."""
        stats: dict[str, Any] = self.call("io.tradestack.Daemon.GetStats")["stats"]
        return stats

    def stats_when(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first stats that fulfil it."""
        for _ in range(int(DEADLINE_S / POLL_S)):
            stats = self.stats()
            if condition(stats):
                return stats
            select.select([], [], [], POLL_S)
        raise AssertionError(f"never: {stats}\n{self.errors}")

    def logged(self, session: str) -> TickRecords:
        """What is in a session's file."""
        records: TickRecords = np.fromfile(self.state / f"{session}.feed", new_records(0).dtype)
        return records

    def client(self, session: str = "", sequence: int = 1) -> "RawClient":
        """A client that is logged in."""
        client = RawClient(self._feed.getsockname(), session, sequence)
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Ends what is left of it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for client in self._clients:
            client.close()
        self._feed.close()
        self._control.close()
        for segment in SEGMENTS.glob(f"*{self.suffix}"):
            segment.unlink()


class RawClient:
    """A blocking reader of the feed."""

    def __init__(self, address: tuple[str, int], session: str, sequence: int) -> None:
        self._socket = socket.create_connection(address, timeout=DEADLINE_S)
        request = soup.LoginRequest(
            user="guest", password=PASSWORD, session_id=session, sequence=sequence
        )
        self._socket.sendall(soup.encode_login_request(request))
        answer = self._socket.recv(soup.HEADER_LENGTH, socket.MSG_WAITALL)
        rest = self._socket.recv(int.from_bytes(answer[:2]) - 1, socket.MSG_WAITALL)
        self.rejected = answer[2] == PacketType.LOGIN_REJECTED
        if not self.rejected:
            accepted = soup.decode_login_accepted(rest)
            self.session, self.next_sequence = accepted.session_id, accepted.sequence
            self._decoder = FeedDecoder(accepted.sequence)

    def read(self, count: int | None = None) -> TickRecords:
        """So many ticks; all until the end of the session if None."""
        batches: list[TickRecords] = []
        while count is None or sum(map(len, batches)) < count:
            event = self._decoder.next_event()
            if event is None:
                data = self._socket.recv(1 << 16)
                assert data, "the gateway closed the connection"
                self._decoder.receive_data(data)
            elif isinstance(event, TickBatch):
                batches.append(event.records)
            elif event.type is PacketType.END_OF_SESSION:
                assert count is None, "the session ended before"
                break
        return joined(batches)

    def close(self) -> None:
        """Disconnects."""
        self._socket.close()
