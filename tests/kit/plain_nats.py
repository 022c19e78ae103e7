"""A server that begins like one of NATS, in clear, and keeps every byte that it is sent.

async with PlainNats({"tls_available": True}) as server:
    server.port, server.received
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Self

INFO = {"server_id": "X", "version": "2.15.1", "proto": 1, "headers": True, "max_payload": 1 << 20}


class PlainNats:
    """A listener on a loopback port; `more` is what else its first line says."""

    def __init__(self, more: Mapping[str, object]) -> None:
        self.received = b""
        self.left = asyncio.Event()  # a client has disconnected
        self._first = f"INFO {json.dumps({**INFO, **more})}\r\n".encode()
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client until it leaves; none is let in."""
        writer.write(self._first)
        while data := await reader.read(65_536):
            self.received += data
            if b"PING" in data:
                writer.write(b"-ERR 'Server Is Closing'\r\n")
        writer.close()
        self.left.set()
