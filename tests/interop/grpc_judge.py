"""An independent client of the gRPC edge: that of Node.js, which knows only tradestack.proto."""

import json
import os
import select
import subprocess
from pathlib import Path
from typing import Any, Self

from tests.kit.daemon import DEADLINE_S, PASSWORD
from tests.kit.documents import ROOT
from tests.kit.prerequisites import NODE_MODULES

PROTO = ROOT / "daemons/tradestack_grpc/protocol/tradestack.proto"
PROGRAM = Path(__file__).parent / "grpc_client.js"

Message = dict[str, Any]


class GrpcJudge:
    """One process of it, with one channel."""

    def __init__(
        self, address: str, user: str, password: str = PASSWORD, certificate: Path | None = None
    ) -> None:
        self._process = subprocess.Popen(
            ["node", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "NODE_PATH": str(NODE_MODULES)},
        )
        self._received = b""
        self.tell(
            open={
                "address": address,
                "proto": str(PROTO),
                "user": user,
                "password": password,
                "certificate": None if certificate is None else str(certificate),
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, **command: object) -> None:
        """Have it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    def message(self) -> Message:
        """Return the next message."""
        event = self._event()
        assert "message" in event, event
        message: Message = event["message"]
        return message

    def end(self) -> str:
        """Return the name of the status by which the call ends, whatever comes before that."""
        while "end" not in (event := self._event()):
            pass
        name: str = event["end"]
        return name

    def message_or_end(self) -> Message | str:
        """Return the next message, or the name of the status by which the call ends."""
        event = self._event()
        found: Message | str = event.get("message") or event["end"]
        return found

    def _event(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while b"\n" not in self._received:
            descriptor = self._process.stdout.fileno()
            assert select.select([descriptor], [], [], DEADLINE_S)[0], "the client hangs"
            chunk = os.read(descriptor, 1 << 16)
            assert chunk, "the client has ended"
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        event: dict[str, Any] = json.loads(line)
        return event
