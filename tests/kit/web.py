"""A real web server in a process of its own, and what a browser, or worse, sends to it."""

import contextlib
import http.client
import json
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from tests.kit.child_coverage import is_measured
from tests.kit.daemon import DEADLINE_S, Daemon

JSON = "application/json"
END_DEADLINE_S = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The word of an error."""
        word: str = self.json["error"]
        return word


class Peer:
    """One connection to the server, which sends exactly the bytes that it is told to."""

    def __init__(self, address: tuple[str, int] | str) -> None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Self:
        """Send bytes."""
        self.socket.sendall(data)
        return self

    def answer(self, method: str = "GET") -> Answer:
        """Read one answer."""
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body)

    def is_closed(self) -> bool:
        """Return whether the server has closed the connection, as soon as it has done something."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def events(self) -> Iterator[tuple[str, str, Any]]:
        """Read the head of an event stream, then yield event, id and data of each event."""
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        assert response.status == 200, response.read()
        fields: dict[str, str] = {}
        while line := response.readline().decode():
            if line != "\n":
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value
                continue
            if "data" in fields:
                yield fields.get("event", "message"), fields["id"], json.loads(fields["data"])
            elif "id" in fields:
                yield "", fields["id"], None
            fields = {}


class Web(Daemon):
    """A web server of a stack that may not run."""

    module = "tradestack_web"
    listener = "page"
    interface = "io.tradestack.Web"
    users: ClassVar[tuple[str, ...]] = ()

    def __init__(self, directory: Path, stack: Path | None = None) -> None:
        """Take the directory of a stack by `up`; without one nothing is there to be shown."""
        self.stack = stack or directory / "stack"
        self.local = directory / "web.sock"
        self._local_listener = socket.socket(socket.AF_UNIX)
        self._local_listener.bind(str(self.local))
        self._local_listener.listen()
        super().__init__(directory)
        self.configure()

    def required_keys(self) -> dict[str, object]:
        """Return where the stack is; the server stays without viewers."""
        return {
            "state_directory": self.state,
            "runtime_directory": self.stack / "run",
            "stack_directory": self.stack / "state",
            "idle_exit": "0",
        }

    def more_listeners(self) -> dict[str, socket.socket]:
        """Return the Unix socket of the page."""
        return {"local": self._local_listener}

    def close(self) -> None:
        """Close the Unix socket as well; a killed process would write no coverage."""
        if self._process is not None and is_measured():
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_DEADLINE_S)
        super().close()
        self._local_listener.close()

    @property
    def host(self) -> str:
        """The name by which a browser calls it."""
        return f"127.0.0.1:{self.address[1]}"

    def peer(self) -> Peer:
        """Connect to the port."""
        return Peer(self.address)

    def get(self, path: str, **headers: str) -> Answer:
        """Send a GET as a browser does; an underline in the name of a header is a hyphen."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """Send a POST as a page of this server does."""
        own = {"content_type": JSON, "origin": f"http://{self.host}"}
        return self.request("POST", path, headers=own | headers, body=json.dumps(body).encode())

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Send a request with these headers, and Host unless it is among them; "" = leave out."""
        with self.peer() as peer:
            peer.send(self.head(method, path, headers=headers, length=len(body)) + body)
            return peer.answer(method)

    def head(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, length: int = 0
    ) -> bytes:
        """Return request line and headers."""
        fields = {"host": self.host, **(headers or {})}
        if length:
            fields.setdefault("content_length", str(length))
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()

    def token(self) -> str:
        """Ask the control socket for a token, as `tradestackctl web` does."""
        url: str = self.call("NewLogin")["url"]
        return url.partition("#login=")[2]

    def log_in(self) -> dict[str, str]:
        """Log in; return the headers of an action."""
        answer = self.post("/api/login", {"token": self.token()})
        assert answer.status == 200, answer.body
        cookie = answer.headers["set-cookie"].partition(";")[0]
        return {"cookie": cookie, "x_csrf_token": answer.json["csrf"]}
