"""One connection to a control socket: Varlink calls, or one line of text.

The first byte decides: "{" begins Varlink calls, anything else one text command, which is answered
when its line or the sending side ends; then the connection is closed. So `varlinkctl` and
`printf 'stats\\n' | nc -U -N SOCKET` can use the same socket. A peer that sends JSON without the
NUL that ends a Varlink message gets a hint.

An Answerer carries out the calls and commands.
"""

import asyncio
import contextlib
import logging
import select
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from tradestack.observe.events import PROTOCOL_VIOLATION, emit
from tradestack.wire.errors import ProtocolError
from tradestack.wire.varlink import (
    CALL_SIZE_MAX,
    Answer,
    Call,
    ExpectedMore,
    MessageDecoder,
    Reply,
    VarlinkError,
    decode_call,
    encode_error,
    encode_reply,
    service_error,
)

READ_SIZE_MAX = 16 * 1024  # bytes taken at once
TEXT_LINE_SIZE_MAX = 1024  # bytes; the longest command is a dozen
GONE_CHECK_INTERVAL_S = 1.0  # how often to check that the reader of a stream still exists
MISSING_NUL_HINT = (
    "error: a Varlink message ends with a NUL byte, which is missing; try "
    'printf \'{"method":"org.varlink.service.GetInfo"}\\0\' | nc -U -N SOCKET, or varlinkctl\n'
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLimits:
    """The limits of a control socket."""

    # Open connections: some operators and a monitor. Each may buffer request_size_max. A further
    # one displaces an idle one of the user who has most of them.
    connections_max: int = 32
    # Open streams, fewer than connections so that some are left for commands; those of one user.
    streams_max: int = 16
    streams_per_user_max: int = 8
    # Bytes of one call.
    request_size_max: int = CALL_SIZE_MAX
    # Seconds from connecting to the first byte, and from a call's first byte to its last.
    request_deadline_s: float = 10.0
    # Seconds without a call after which a Varlink connection is closed.
    idle_deadline_s: float = 300.0
    # Seconds within which the peer must take one reply.
    reply_deadline_s: float = 10.0
    # Seconds for the peer of a text command to close its side.
    linger_s: float = 1.0


@dataclass(frozen=True, slots=True)
class ReplyStream:
    """Many replies to one call: each item is sent at once, `end` after the last one."""

    items: AsyncGenerator[dict[str, Any], None]
    end: dict[str, Any]


class Answerer(Protocol):
    """Carries out the calls and commands of one peer."""

    async def turn(self) -> None:
        """Wait until the next call, command or item of a stream may be worked on."""
        ...

    def may_log(self) -> bool:
        """Return whether the peer may cause another log line."""
        ...

    async def call(self, call: Call) -> dict[str, Any] | ReplyStream:
        """Carry out a call. Raises VarlinkError."""
        ...

    def text(self, command: str) -> str:
        """Return the answer to a line of text, newline included."""
        ...


class PeerStreams(NamedTuple):
    """The socket of a peer, and what is read from it and written to it."""

    connection: socket.socket
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


async def open_streams(connection: socket.socket) -> PeerStreams:
    """Take over an accepted socket; the writer closes it. Raises OSError."""
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=READ_SIZE_MAX)
    writer.transport.set_write_buffer_limits(high=0)  # drain() waits for the kernel
    return PeerStreams(connection, reader, writer)


class ControlConnection:
    """One open connection; `run` serves and closes it.

    is_idle: nothing is being done for the peer, which has to send something first. `peer` names it
    in the log.
    """

    def __init__(
        self, streams: PeerStreams, peer: str, answerer: Answerer, limits: ControlLimits
    ) -> None:
        self.is_idle = True
        self._socket, self._reader, self._writer = streams
        self._peer = peer
        self._answerer = answerer
        self._limits = limits

    async def run(self) -> None:
        """Serve until either side closes the connection."""
        try:
            await self._serve()
        except ProtocolError as error:
            if self._answerer.may_log():
                emit(logger, PROTOCOL_VIOLATION, peer=self._peer, reason=error)
            with contextlib.suppress(OSError, TimeoutError):
                await self._finish(f"error: {error}\n")
        except TimeoutError:
            if self._answerer.may_log():
                logger.warning("control peer reads no bytes, disconnected peer=%s", self._peer)
            self._writer.transport.abort()
        except OSError:
            pass  # the peer closed the connection, as it may
        finally:
            self._writer.close()

    async def _serve(self) -> None:
        first = await self._read(
            asyncio.get_running_loop().time() + self._limits.request_deadline_s
        )
        if first.startswith(b"{"):
            await self._serve_calls(first)
        elif first:
            await self._serve_text(first)

    async def _read(self, deadline_s: float) -> bytes:
        """Read some bytes; b"" means that the peer ended its side or the deadline passed."""
        self.is_idle = True
        try:
            async with asyncio.timeout_at(deadline_s):
                return await self._reader.read(READ_SIZE_MAX)
        except TimeoutError:
            return b""
        finally:
            self.is_idle = False

    async def _serve_text(self, first: bytes) -> None:
        deadline_s = asyncio.get_running_loop().time() + self._limits.request_deadline_s
        received = bytearray(first)
        while b"\n" not in received and len(received) <= TEXT_LINE_SIZE_MAX:
            more = await self._read(deadline_s)
            if not more:
                break
            received += more
        line = bytes(received).split(b"\n", 1)[0]
        if len(line) > TEXT_LINE_SIZE_MAX:
            raise ProtocolError(f"a command is longer than {TEXT_LINE_SIZE_MAX} bytes")
        command = line.decode("ascii", "backslashreplace").strip()
        await self._answerer.turn()
        await self._finish(self._answerer.text(command))

    async def _finish(self, text: str) -> None:
        """Send the last text and wait for the peer to close; unread bytes would reset us."""
        await self._send(text.encode())
        self._check_open()
        self._writer.write_eof()
        deadline_s = asyncio.get_running_loop().time() + self._limits.linger_s
        while await self._read(deadline_s):
            pass

    async def _serve_calls(self, first: bytes) -> None:
        decoder = MessageDecoder(self._limits.request_size_max)
        data = first
        deadline_s = 0.0
        while data:
            begun = bool(decoder.pending)
            decoder.receive_data(data)
            while (message := decoder.next_message()) is not None:
                begun = False
                await self._answer(decode_call(message))
            if not (begun and decoder.pending):  # the deadline was for another call
                deadline_s = asyncio.get_running_loop().time() + (
                    self._limits.request_deadline_s
                    if decoder.pending
                    else self._limits.idle_deadline_s
                )
            data = await self._read(deadline_s)
        if decoder.pending.strip():
            await self._finish(MISSING_NUL_HINT)

    async def _answer(self, call: Call) -> None:
        await self._answerer.turn()
        try:
            outcome = await self._answerer.call(call)
            if isinstance(outcome, ReplyStream):
                await self._answer_stream(outcome, call.answer)
                return
            reply = encode_reply(Reply(outcome))
        except VarlinkError as error:
            reply = encode_error(error)
        if call.answer is not Answer.NONE:
            await self._send(reply)

    async def _answer_stream(self, stream: ReplyStream, answer: Answer) -> None:
        async with contextlib.aclosing(stream.items):
            if answer is not Answer.MANY:
                raise service_error(ExpectedMore())
            task = asyncio.current_task()
            assert task is not None
            watch = asyncio.create_task(self._cancel_when_gone(task))
            try:
                async for item in stream.items:
                    await self._send(encode_reply(Reply(item, continues=True)))
                    await self._answerer.turn()
            finally:
                watch.cancel()
        await self._send(encode_reply(Reply(stream.end)))

    async def _cancel_when_gone(self, task: asyncio.Task[None]) -> None:
        """Cancel a stream whose reader has closed; without items to send it would not notice.

        The kernel sets POLLHUP when the peer has closed, and not for a half-close (nc -N).
        """
        poll = select.poll()
        poll.register(self._socket.fileno(), 0)
        while not poll.poll(0):
            await asyncio.sleep(GONE_CHECK_INTERVAL_S)
        task.cancel()

    async def _send(self, data: bytes) -> None:
        """Send all; return when the kernel has it. Raises TimeoutError if the peer is stuck."""
        self._check_open()
        self._writer.write(data)
        async with asyncio.timeout(self._limits.reply_deadline_s):
            await self._writer.drain()

    def _check_open(self) -> None:
        """Raise ConnectionResetError if the peer has closed, where uvloop raises RuntimeError."""
        if self._writer.is_closing():
            raise ConnectionResetError("the peer has gone")
