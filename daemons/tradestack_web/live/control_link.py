"""A Varlink connection to one daemon, which stays open between calls.

To connect costs a daemon more than to answer, and the server asks every second.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tradestack.net.control.client import (
    READ_SIZE_MAX,
    REPLY_SIZE_MAX,
    ControlFault,
    NotRunning,
)
from tradestack.wire.errors import ProtocolError
from tradestack.wire.varlink import Call, MessageDecoder, Reply, decode_reply, encode_call

DEADLINE_S = 5.0


class ControlLink:
    """The connection; its calls are made one after another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._decoder = MessageDecoder(REPLY_SIZE_MAX)

    async def call(
        self, method: str, parameters: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the parameters of the reply. Raises ControlFault, VarlinkError."""
        message = encode_call(Call(method, dict(parameters or {})))
        async with self._turn:
            try:
                async with asyncio.timeout(DEADLINE_S):
                    reply = await self._exchange(message)
            except TimeoutError as error:
                self.close()
                raise self._fault(f"no answer within {DEADLINE_S:g} s") from error
            except (FileNotFoundError, ConnectionRefusedError) as error:
                raise NotRunning(f"{self._path.stem} is not running") from error
            except (OSError, ProtocolError) as error:
                self.close()
                raise self._fault(str(error)) from error
            except asyncio.CancelledError:
                self.close()  # the reply would be taken for that to the next call
                raise
        return reply.parameters

    def close(self) -> None:
        """Close the connection; the next call opens another one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _exchange(self, message: bytes) -> Reply:
        if self._streams is not None:
            try:
                return await self._ask(*self._streams, message)
            except OSError:  # it was restarted, or has closed what was idle
                self.close()
        self._decoder = MessageDecoder(REPLY_SIZE_MAX)
        self._streams = await asyncio.open_unix_connection(self._path)
        return await self._ask(*self._streams, message)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes
    ) -> Reply:
        writer.write(message)
        while (answer := self._decoder.next_message()) is None:
            data = await reader.read(READ_SIZE_MAX)
            if not data:
                raise ConnectionResetError("the daemon closed the connection")
            self._decoder.receive_data(data)
        return decode_reply(answer)

    def _fault(self, reason: str) -> ControlFault:
        return ControlFault(f"{self._path.stem} ({self._path}): {reason}")
