"""A Varlink call from an event loop, and how it may fail."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from tradestack.net.control.async_call import control_call
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError

METHOD = "io.tradestack.Daemon.GetStats"


async def call_answered_with(path: Path, answer: bytes | None, *, deadline_s: float) -> object:
    """Call a daemon that replies with these bytes and closes; with None it never replies."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()
        served.set_result(None)

    served: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with await asyncio.start_unix_server(serve, path):
        try:
            return await control_call(path, METHOD, {"some": 1}, deadline_s=deadline_s)
        finally:
            await served


def socket_path(tmp_path: Path) -> Path:
    """A path short enough for a socket."""
    return Path(os.path.relpath(tmp_path / "gateway.sock"))


def test_a_reply_in_pieces_is_put_together(tmp_path: Path) -> None:
    """A reply larger than one read is returned whole."""
    answer = json.dumps({"parameters": {"stats": {"text": "x" * 200_000}}}).encode() + b"\0"

    reply = asyncio.run(call_answered_with(socket_path(tmp_path), answer, deadline_s=30))

    assert reply == {"stats": {"text": "x" * 200_000}}


@pytest.mark.parametrize(
    ("answer", "deadline_s", "complaint"),
    [(b"", 30, "closed the connection"), (b"no json\0", 30, "gateway"), (None, 0.05, "no answer")],
)
def test_invalid_and_missing_replies_are_faults(
    tmp_path: Path, answer: bytes | None, deadline_s: float, complaint: str
) -> None:
    """The fault names the daemon and what is wrong."""
    with pytest.raises(ControlFault, match=complaint):
        asyncio.run(call_answered_with(socket_path(tmp_path), answer, deadline_s=deadline_s))


def test_a_missing_socket_is_a_fault(tmp_path: Path) -> None:
    """The fault names the daemon, as it does for every verb."""
    with pytest.raises(ControlFault, match="gateway"):
        asyncio.run(control_call(socket_path(tmp_path), METHOD, deadline_s=30))


def test_a_refusal_is_a_varlink_error(tmp_path: Path) -> None:
    """A daemon that refuses did answer, so this is not a ControlFault."""
    answer = b'{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"x"}}\0'

    with pytest.raises(VarlinkError, match="MethodNotFound"):
        asyncio.run(call_answered_with(socket_path(tmp_path), answer, deadline_s=30))
