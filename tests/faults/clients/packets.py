"""Packets of SoupBinTCP, as PROTOCOL.md has them and without the project's own code."""

import asyncio


def packet(kind: bytes, payload: bytes) -> bytes:
    """Kind and payload → bytes."""
    return (len(payload) + 1).to_bytes(2) + kind + payload


async def read_packet(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Read a packet; return kind and payload. Raises EOFError."""
    length = int.from_bytes(await reader.readexactly(2))
    content = await reader.readexactly(length)
    return content[:1], content[1:]
