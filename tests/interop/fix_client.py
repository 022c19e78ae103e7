"""A client by QuickFIX, the engine in C++, with the commands and events of fix_judge.py."""

import json
import sys
from typing import Any

import quickfix as fix

SOH = "\x01"


def tell(event: str, **facts: Any) -> None:
    """Print an event."""
    print(json.dumps({"event": event, **facts}), flush=True)


def fields_of(message: fix.Message) -> list[tuple[int, str]]:
    """Return tags and values as they were on the wire."""
    pairs = [pair.partition("=") for pair in message.toString().split(SOH) if pair]
    return [(int(tag), value) for tag, _, value in pairs]


def type_of(message: fix.Message) -> str:
    """Return the MsgType."""
    msg_type = fix.MsgType()
    message.getHeader().getField(msg_type)
    value: str = msg_type.getValue()
    return value


class Client(fix.Application):
    """An application that reports everything and adds the password to its logons; resets: 141=Y."""

    def __init__(self, password: str, *, resets: bool) -> None:
        super().__init__()
        self._password = password
        self._resets = resets
        self.session: fix.SessionID | None = None

    def onCreate(self, session: fix.SessionID) -> None:  # noqa: N802
        self.session = session

    def onLogon(self, _: fix.SessionID) -> None:  # noqa: N802
        tell("logged on")

    def onLogout(self, _: fix.SessionID) -> None:  # noqa: N802
        tell("logged out")

    def toAdmin(self, message: fix.Message, _: fix.SessionID) -> None:  # noqa: N802
        if type_of(message) == fix.MsgType_Logon:
            message.setField(fix.Password(self._password))
            if self._resets:
                message.setField(fix.ResetSeqNumFlag(True))
        if type_of(message) == fix.MsgType_Reject:
            tell("complaint", fields=fields_of(message))

    def fromAdmin(self, message: fix.Message, _: fix.SessionID) -> None:  # noqa: N802
        tell("admin", fields=fields_of(message))

    def toApp(self, message: fix.Message, _: fix.SessionID) -> None:  # noqa: N802
        """Let it be sent, also when it was asked for again."""

    def fromApp(self, message: fix.Message, _: fix.SessionID) -> None:  # noqa: N802
        tell("message", fields=fields_of(message))


def message_of(fields: list[tuple[int, str]]) -> fix.Message:
    """Make a message of fields, the first of which is MsgType."""
    message = fix.Message()
    header = message.getHeader()
    header.setField(fix.BeginString("FIX.4.4"))
    header.setField(fix.MsgType(fields[0][1]))
    for tag, value in fields[1:]:
        message.setField(tag, value)
    return message


def main() -> None:
    """Run a session until the commands end."""
    plan = json.loads(sys.stdin.readline())
    settings = fix.SessionSettings(plan["settings"])
    client = Client(plan["password"], resets=plan["resets"])
    initiator = fix.SocketInitiator(client, fix.FileStoreFactory(settings), settings)
    initiator.start()
    for line in sys.stdin:
        command = json.loads(line)
        fix.Session.sendToTarget(message_of(command["send"]), client.session)
    initiator.stop(False)
    tell("ended")


main()
