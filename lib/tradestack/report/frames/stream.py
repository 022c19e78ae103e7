"""Frames, one after the other → one Arrow stream, which programs read from a pipe as it comes.

Polars writes a stream of a whole frame; here each frame is written as a stream of its own, of which
the messages between schema and end are kept. A dictionary of a later frame replaces that of the one
before, as the format allows.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Protocol

import polars as pl

_CONTINUATION = b"\xff" * 4
_END_OF_STREAM = _CONTINUATION + b"\0" * 4
_PREFIX_LENGTH = 8  # of a message: continuation and the length of its metadata


class Output(Protocol):
    """Where bytes can be written to, one after the other."""

    def write(self, content: bytes) -> int:
        """Write all of them. Raises OSError."""
        ...


def write_arrow_stream(
    frames: Iterator[pl.DataFrame], schema: Mapping[str, pl.DataType], output: Output
) -> None:
    """Write frames of one schema, in their order. Raises OSError."""
    of_schema, _ = _schema_and_rest(pl.DataFrame(schema=dict(schema)))
    output.write(of_schema)
    for frame in frames:
        output.write(_schema_and_rest(frame)[1])
    output.write(_END_OF_STREAM)


def _schema_and_rest(frame: pl.DataFrame) -> tuple[bytes, bytes]:
    """Return the message of the schema, and those of dictionaries and rows."""
    stream = io.BytesIO()
    frame.write_ipc_stream(stream)
    content = stream.getvalue()
    length = int.from_bytes(content[len(_CONTINUATION) : _PREFIX_LENGTH], "little")
    end = _PREFIX_LENGTH + length
    return content[:end], content[end:].removesuffix(_END_OF_STREAM)
