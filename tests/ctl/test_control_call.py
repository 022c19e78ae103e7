"""One Varlink call from an event loop: what may go wrong on the way."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from tradestack.ctl.control_call import control_call
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError

METHOD = "io.tradestack.Daemon.GetStats"


async def call_answered_with(path: Path, answer: bytes | None, *, deadline_s: float) -> object:
    """The outcome when a daemon answers with these bytes and closes; None = says nothing."""

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
    """Short enough for sockaddr_un."""
    return Path(os.path.relpath(tmp_path / "gateway.sock"))


def test_reply_comes_in_pieces_or_whole(tmp_path: Path) -> None:
    """Its parameters are the result."""
    answer = json.dumps({"parameters": {"stats": {"text": "x" * 200_000}}}).encode() + b"\0"

    reply = asyncio.run(call_answered_with(socket_path(tmp_path), answer, deadline_s=30))

    assert reply == {"stats": {"text": "x" * 200_000}}


@pytest.mark.parametrize(
    ("answer", "deadline_s", "complaint"),
    [(b"", 30, "closed the connection"), (b"no json\0", 30, "gateway"), (None, 0.05, "no answer")],
)
def test_silence_and_nonsense_are_faults(
    tmp_path: Path, answer: bytes | None, deadline_s: float, complaint: str
) -> None:
    """Each names the daemon's socket."""
    with pytest.raises(ControlFault, match=complaint):
        asyncio.run(call_answered_with(socket_path(tmp_path), answer, deadline_s=deadline_s))


def test_nobody_there_is_a_fault(tmp_path: Path) -> None:
    """As for every verb."""
    with pytest.raises(ControlFault, match="gateway"):
        asyncio.run(control_call(socket_path(tmp_path), METHOD, deadline_s=30))


def test_refusal_of_the_daemon_stays_one(tmp_path: Path) -> None:
    """It answered: that is no fault of the connection."""
    answer = b'{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"x"}}\0'

    with pytest.raises(VarlinkError, match="MethodNotFound"):
        asyncio.run(call_answered_with(socket_path(tmp_path), answer, deadline_s=30))
