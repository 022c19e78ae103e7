"""A message as a stream has stored it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of a stream; sequence: its number there, from 1."""

    sequence: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def decode_stored(described: Mapping[str, Any]) -> StoredMessage:
    """A message in an answer of STREAM.MSG.GET → message."""
    return StoredMessage(
        described["seq"],
        base64.b64decode(described.get("data", "")),
        decode_headers(base64.b64decode(described.get("hdrs", ""))),
    )


def decode_headers(block: bytes) -> dict[str, str]:
    """A block of headers, its first line a version → headers."""
    lines = block.decode(errors="replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line)
    return {name.strip(): value.strip() for name, _, value in pairs}
