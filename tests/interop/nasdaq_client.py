"""A client by nasdaq-protocols, with the commands and events of judge.py."""

import asyncio
import json
import sys
from typing import Any

from nasdaq_protocols import soup

CLIENT_HEARTBEAT_S = 1  # its timer fires after a whole idle interval; the default is 10 s
SERVER_SILENCE_MAX_S = 2  # it closes after this to twice this time without a packet


def tell(event: str, **facts: Any) -> None:
    """Print an event."""
    print(json.dumps({"event": event, **facts}), flush=True)


async def on_message(message: soup.SoupMessage) -> None:
    """Report a message for the application."""
    if isinstance(message, soup.SequencedData):
        tell("message", data=message.data.hex())


class Session(soup.SoupClientSession):
    """A session of the library that reports the heartbeats that it sends."""

    is_logged_in = False

    def eof_received(self) -> bool:
        """Return whether the connection stays open: until the login's answer was looked at.

        The library polls for what was received, and drops it when the close comes before its poll.
        """
        return not self.is_logged_in

    async def send_heartbeat(self) -> None:
        await super().send_heartbeat()
        tell("heartbeat")


async def obey(commands: asyncio.StreamReader, session: soup.SoupClientSession) -> None:
    """Carry out commands until there are no more."""
    async for line in commands:
        command = json.loads(line)
        if "send" in command:
            session.send_unseq_data(bytes.fromhex(command["send"]))
        else:
            session.logout()


async def main() -> None:
    """Run one connection from login to close."""
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    order = json.loads(await commands.readline())
    closed = asyncio.Event()

    async def on_close() -> None:
        closed.set()

    def make_session() -> Session:
        return Session(
            on_msg_coro=on_message,
            on_close_coro=on_close,
            client_heartbeat_interval=CLIENT_HEARTBEAT_S,
            server_heartbeat_interval=SERVER_SILENCE_MAX_S,
            graceful_shutdown=False,  # else a Z with the close after it hangs it
        )

    try:
        session = await soup.connect_async(
            (order["host"], order["port"]),
            order["user"],
            order["password"],
            session_id=order["session"],
            sequence=order["sequence"],
            session_factory=make_session,
        )
    except ConnectionRefusedError as refusal:
        reasons = [reason.value for reason in soup.LoginRejectReason if reason.name in str(refusal)]
        tell("rejected", reason="".join(reasons) or str(refusal))
        return
    session.is_logged_in = True
    tell("accepted", session=session.session_id.session, next=session.sequence + 1)
    obeying = asyncio.create_task(obey(commands, session))
    await closed.wait()
    obeying.cancel()
    tell("closed")


asyncio.run(main())
