"""A FIX client by QuickFIX, as a process: JSON lines in, JSON lines out.

    in   {"settings": path, "password", "resets"}, then {"send": [[tag, value], …]}, MsgType first
    out  {"event": "logged on"} | {"event": "logged out"} | {"event": "ended"}
         {"event": "message" | "admin", "fields": [[tag, value], …]}   as it was received
         {"event": "complaint", "fields": …}                           a Reject that it sends

QuickFIX keeps its numbers in files, reconnects, asks for what is missing and resends by itself. It
checks each message by the dictionary of FIX 4.4 that fixcore-engine has; the wheel has none.
"""

import importlib.util
import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from tests.kit.daemon import PASSWORD

DEADLINE_S = 120.0  # a longer wait would never end
PROGRAM = Path(__file__).with_name("fix_client.py")
NOW = "20260101-12:00:00"

Fields = dict[int, str]


def dictionary() -> Path:
    """Return QuickFIX's dictionary of FIX 4.4."""
    found = importlib.util.find_spec("fixcore")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "specs" / "FIX44.xml"


class FixJudge:
    """A client; each call waits for what it is about."""

    def __init__(
        self, directory: Path, address: tuple[str, int], comp_id: str, *, resets: bool = False
    ) -> None:
        """Start it; what it keeps is in the directory. resets: it asks for new numbers."""
        self.messages: list[Fields] = []  # of the application, all that came
        settings = directory / f"{comp_id}.cfg"
        settings.write_text(
            "[DEFAULT]\nConnectionType=initiator\nReconnectInterval=1\nStartTime=00:00:00\n"
            "EndTime=00:00:00\nNonStopSession=Y\nHeartBtInt=5\nSocketNodelay=Y\n"
            f"FileStorePath={directory}/{comp_id}\nDataDictionary={dictionary()}\n"
            f"SocketConnectHost={address[0]}\nSocketConnectPort={address[1]}\n"
            f"[SESSION]\nBeginString=FIX.4.4\nSenderCompID={comp_id}\nTargetCompID=TRADESTACK\n"
        )
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._received = b""
        self._tell({"settings": str(settings), "password": PASSWORD, "resets": resets})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def send(self, msg_type: str, fields: Fields) -> None:
        """Send a message, at once or when it is logged on again."""
        self._tell({"send": [(35, msg_type), *fields.items()]})

    def order(self, name: str, **fields: str) -> None:
        """Send an order: buy 10 SPY at the market, but for these fields, tag_TAG=value."""
        values = {11: name, 55: "SPY", 54: "1", 60: NOW, 38: "10", 40: "1", 59: "3"}
        self.send("D", values | {int(tag[4:]): value for tag, value in fields.items()})

    def until(self, event: str) -> Fields:
        """Return the fields of the next event of this kind; note messages on the way."""
        while True:
            told = self._next_event()
            fields = {int(tag): value for tag, value in told.get("fields", [])}
            assert told["event"] != "complaint", fields
            if told["event"] == "message":
                self.messages.append(fields)
            if told["event"] == event:
                return fields

    def next_messages(self, count: int) -> list[Fields]:
        """Return the next messages of the application."""
        return [self.until("message") for _ in range(count)]

    def log_out(self) -> None:
        """Let it log out and end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self.until("ended")

    def _tell(self, command: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    def _next_event(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._received:
            assert select.select([descriptor], [], [], DEADLINE_S)[0], "QuickFIX hangs"
            chunk = os.read(descriptor, 1 << 16)
            assert chunk, "QuickFIX has ended"
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        event: dict[str, Any] = json.loads(line)
        return event
