"""One connection of a control socket, from first byte to last: Varlink, or a line of text."""

import asyncio
import atexit
import functools
import json
import os
import socket
from collections.abc import Sequence
from typing import Any, cast

from tests.fuzz.target import Target, assert_one_line
from tests.fuzz.targets.varlink import FORMS, call_seeds
from tradestack.net.control.connection import (
    MISSING_NUL_HINT,
    ControlConnection,
    ControlLimits,
    PeerStreams,
    ReplyStream,
)
from tradestack.net.control.interface import Peer
from tradestack.net.control.server import ControlServer
from tradestack.runtime.clock import SystemClock
from tradestack.wire.errors import ProtocolError
from tradestack.wire.varlink import Call

LIMITS = ControlLimits(request_size_max=1_024)
TEXT_ANSWERS = {"stats": "a: 1\n", "help": "stats\n"}


def control(data: bytes) -> None:
    """Check that a peer gets whole replies or lines of text, whatever it sends.

    Nothing but a ProtocolError of one line may be raised.
    """
    answer, fault = _loop().run_until_complete(_serve(data))
    if not data.startswith(b"{"):
        assert answer.decode("ascii") in TEXT_ANSWERS.values() or fault or _is_said(answer, data)
        return
    replies, hint, rest = answer.partition(MISSING_NUL_HINT.encode())
    assert not rest
    assert not (hint and fault)
    assert replies.endswith(b"\0") or not replies
    for reply in replies.split(b"\0")[:-1]:
        assert json.loads(reply).keys() <= {"parameters", "continues", "error"}


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return one loop for all inputs: making one takes longer than most inputs."""
    loop = asyncio.new_event_loop()
    atexit.register(loop.close)
    return loop


def _is_said(answer: bytes, data: bytes) -> bool:
    """Return whether an unknown command, or an empty one, got the answer it should get."""
    return (
        answer.startswith(b"error: no command") and answer.count(b"\n") == 1 if data else not answer
    )


class _Written:
    """A StreamWriter that keeps in memory what is written."""

    def __init__(self) -> None:
        self.content = b""

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.content += data

    def write_eof(self) -> None:
        return

    async def drain(self) -> None:
        return


class _Answerer:
    """A server whose peer is permitted to call everything."""

    def __init__(self, server: ControlServer) -> None:
        self._server = server
        self._peer = Peer(os.getpid(), os.geteuid(), os.getegid())

    async def turn(self) -> None:
        return

    def may_log(self) -> bool:
        return False

    async def call(self, call: Call) -> dict[str, Any] | ReplyStream:
        return await self._server.call(call, self._peer)

    def text(self, command: str) -> str:
        return self._server.text(command)


async def _serve(data: bytes) -> tuple[bytes, str | None]:
    """Return what the peer receives, and the ProtocolError that ended the connection."""
    reader, written = asyncio.StreamReader(), _Written()
    reader.feed_data(data)
    reader.feed_eof()
    writer = cast("asyncio.StreamWriter", written)
    streams = PeerStreams(_PAIR[0], reader, writer)
    connection = ControlConnection(streams, "peer", _ANSWERER, LIMITS)
    try:
        await connection._serve()
    except ProtocolError as error:
        assert_one_line(str(error))
        return written.content, str(error)
    return written.content, None


TEXT_COMMANDS = {name: lambda text=text: text for name, text in TEXT_ANSWERS.items()}
_PAIR = socket.socketpair()  # a peer that stays, for a stream to look at
for _end in _PAIR:
    atexit.register(_end.close)
_ANSWERER = _Answerer(
    ControlServer(_PAIR[0], [FORMS], TEXT_COMMANDS, clock=SystemClock(), limits=LIMITS)
)


def _seeds() -> Sequence[bytes]:
    calls = call_seeds()
    count = b'{"method":"io.test.Forms.Count","parameters":{"to":3},"more":true}\0'
    return [
        b"stats\n",
        b"help",
        b"no\n",
        b"\x1b[31m\xff\n",
        count,
        b"".join([*calls, count]),
        calls[0][:-1],
    ]


TARGETS = (Target("control", control, _seeds, length_max=2_048),)
