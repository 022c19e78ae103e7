"""A Varlink call that does not block the event loop."""

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
    """Call a method at the control socket and return the reply's parameters.

    A daemon that is being restarted answers once it is ready. Raises ControlFault if no valid reply
    comes within the deadline, VarlinkError if the daemon refuses.
    """
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
                raise ConnectionResetError("the daemon closed the connection")
            decoder.receive_data(data)
        return decode_reply(message)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
