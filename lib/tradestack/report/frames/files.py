"""Frames, one after the other → a file or a pipe, in bounded memory."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, cast

import polars as pl
from polars.exceptions import ComputeError
from polars.io.plugins import register_io_source

from tradestack.report.exports import Format
from tradestack.report.frames.stream import Output, write_arrow_stream

ROW_GROUP_ROWS = 1_000_000
# Fast, and half the size of what is not compressed; higher levels take longer than all the rest.
_COMPRESSION_LEVEL = 1
# As ISO 8601 has it, with all nine digits.
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.9fZ"

Metadata = Mapping[str, str]
Schema = Mapping[str, pl.DataType]


def write_frames(
    frames: Iterator[pl.DataFrame],
    schema: Schema,
    target: Path | Output,
    form: Format,
    metadata: Metadata,
) -> None:
    """Write frames of one schema, in their order. Raises OSError.

    target: a file by its name, or what takes bytes; Arrow goes there as a stream. metadata: goes
    into a Parquet file; the other forms have no place for it here.
    """
    if form is Format.ARROW and not isinstance(target, Path):
        write_arrow_stream(frames, schema, target)
        return
    path = target if isinstance(target, Path) else cast("IO[bytes]", target)

    def source(
        _columns: list[str] | None,
        _predicate: pl.Expr | None,
        _rows: int | None,
        _batch: int | None,
    ) -> Iterator[pl.DataFrame]:
        return frames

    table = register_io_source(source, schema=dict(schema))
    match form:
        case Format.PARQUET:
            with parquet_faults():
                table.sink_parquet(
                    path,
                    compression_level=_COMPRESSION_LEVEL,
                    row_group_size=ROW_GROUP_ROWS,
                    metadata=dict(metadata),
                )
        case Format.ARROW:
            table.sink_ipc(path, record_batch_size=ROW_GROUP_ROWS)
        case Format.CSV:
            table.sink_csv(path, datetime_format=_TIME_FORMAT)


@contextlib.contextmanager
def parquet_faults() -> Iterator[None]:
    """Raise OSError where Parquet cannot be written, as Polars itself does for CSV and Arrow."""
    try:
        yield
    except ComputeError as error:
        raise OSError(str(error).partition("\n")[0]) from error
