"""socket, method → reply: one Varlink call from an event loop, which goes on meanwhile.

What may fail is told as ControlFault, as `control_client` does; a daemon that is just being
restarted answers when it is there, within the deadline.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tradestack.net.control.client import READ_SIZE_MAX, REPLY_SIZE_MAX, ControlFault
from tradestack.wire.errors import ProtocolError
from tradestack.wire.varlink import Call, MessageDecoder, Reply, decode_reply, encode_call


async def control_call(
    path: Path,
    method: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    deadline_s: float,
) -> dict[str, Any]:
    """The reply's parameters. Raises VarlinkError, ControlFault."""
    try:
        async with asyncio.timeout(deadline_s):
            return (
                await _exchange(path, encode_call(Call(method, dict(parameters or {}))))
            ).parameters
    except TimeoutError as error:
        raise ControlFault(f"{path.stem} ({path}): no answer within {deadline_s:g} s") from error
    except (OSError, ProtocolError) as error:
        raise ControlFault(f"{path.stem} ({path}): {error}") from error


async def _exchange(path: Path, call: bytes) -> Reply:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(call)
        decoder = MessageDecoder(REPLY_SIZE_MAX)
        while (message := decoder.next_message()) is None:
            data = await reader.read(READ_SIZE_MAX)
            if not data:
                raise ConnectionResetError("it closed the connection")
            decoder.receive_data(data)
        return decode_reply(message)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
