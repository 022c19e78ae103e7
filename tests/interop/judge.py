"""A client by another project, as a process: JSON lines in, JSON lines out.

    in   {"host", "port", "user", "password", "session", "sequence"}, then {"send": hex} or
         {"logout": true}
    out  {"event": "accepted", "session", "next"} | {"event": "rejected", "reason": "A" | "S"}
         {"event": "message", "data": hex}        one for each sequenced packet
         {"event": "heartbeat"}                   it has sent one, if the library reports that
         {"event": "ended"}                       end of session, if the library reports that
         {"event": "closed"}                      the server closed, or the client itself
         {"event": "lost", "reason"}              the connection was lost

Each library has an event loop, warnings and perhaps a language of its own, hence the process.
"""

import enum
import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tests.kit.prerequisites import NODE_MODULES

DEADLINE_S = 120.0  # a longer wait would never end
HERE = Path(__file__).parent


class Kind(enum.Enum):
    """The libraries; the value is the command of their client."""

    NASDAQ = (sys.executable, str(HERE / "nasdaq_client.py"))
    NODE = ("node", str(HERE / "node_client.js"))

    @property
    def farewell(self) -> list[str]:
        """The last events of a session that ends; nasdaq-protocols only reports the close."""
        return ["closed"] if self is Kind.NASDAQ else ["ended", "closed"]


class Judge:
    """One connection of such a client; each call waits for its answer."""

    def __init__(
        self,
        kind: Kind,
        address: tuple[str, int],
        *,
        user: str,
        password: str,
        session: str = "",
        sequence: int = 1,
        within: Sequence[str] = (),
    ) -> None:
        """Start the client. within: the command that runs it in another network namespace."""
        self.kind = kind
        self._process = subprocess.Popen(
            [*within, *kind.value],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "NODE_PATH": str(NODE_MODULES)},
        )
        self._received = b""
        host, port = address
        login = {"user": user, "password": password, "session": session, "sequence": sequence}
        self._tell({"host": host, "port": port, **login})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def accepted(self) -> tuple[str, int]:
        """Return the session and the number of its next message."""
        event = self._expect("accepted")
        return event["session"], event["next"]

    def rejected(self) -> str:
        """Return the reason of the refused login."""
        reason: str = self._expect("rejected")["reason"]
        return reason

    def messages(self, count: int) -> list[bytes]:
        """Return the payloads of the next sequenced packets."""
        return [bytes.fromhex(self._expect("message")["data"]) for _ in range(count)]

    def heartbeat(self) -> None:
        """Wait until it has sent a heartbeat; nasdaq-protocols only."""
        self._expect("heartbeat")

    def send(self, payload: bytes) -> None:
        """Send one unsequenced packet."""
        self._tell({"send": payload.hex()})

    def logout(self) -> None:
        """Log out and wait until the server closes."""
        self._tell({"logout": True})
        self._expect("closed")

    def rest(self) -> list[str]:
        """Return the names of all events until the connection is over."""
        names = []
        while (event := self._next_event()) is not None:
            names.append(event["event"])
        return [name for name in names if name != "heartbeat"]

    def _tell(self, command: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    def _expect(self, name: str) -> dict[str, Any]:
        event = self._next_event()
        while event == {"event": "heartbeat"} and name != "heartbeat":
            event = self._next_event()
        assert event is not None, f"{self.kind.name} ended, {name} was due"
        assert event["event"] == name, event
        return event

    def _next_event(self) -> dict[str, Any] | None:
        """Return the next event, None when the client has ended."""
        assert self._process.stdout is not None
        while b"\n" not in self._received:
            descriptor = self._process.stdout.fileno()
            assert select.select([descriptor], [], [], DEADLINE_S)[0], f"{self.kind.name} hangs"
            chunk = os.read(descriptor, 1 << 16)
            if not chunk:
                assert not self._received
                return None
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        event: dict[str, Any] = json.loads(line)
        return event
