"""A table of a recorded session → a file in one of the forms that other tools read."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import polars as pl

from tradestack.domain.version import VERSION
from tradestack.report.columns.declared import EQUITY, FILLS, NEWS, ORDERS, TICKS
from tradestack.report.columns.table import Kinds
from tradestack.report.exports import ExportedTable, Format
from tradestack.report.frames.files import Metadata, write_frames
from tradestack.report.frames.frame import frame_of, schema_of
from tradestack.report.frames.stream import Output
from tradestack.report.recorded import RecordedSession

# Ticks that are in memory as a frame at a time: some 25 MB, of which several may be under way.
_SLAB_TICKS = 250_000

Show = Callable[[float], None]  # is called with the share that is done

_KINDS: dict[ExportedTable, Kinds] = {
    ExportedTable.TICKS: TICKS,
    ExportedTable.NEWS: NEWS,
    ExportedTable.ORDERS: ORDERS,
    ExportedTable.FILLS: FILLS,
    ExportedTable.EQUITY: EQUITY,
}


def export_table(
    session: RecordedSession,
    table: ExportedTable,
    form: Format,
    target: Path | Output,
    show: Show,
) -> int:
    """Write a table to a file, or to what takes bytes; return its number of rows.

    Raises OSError.
    """
    if table is ExportedTable.TICKS:
        frames, rows = _tick_frames(session, show), session.head
    else:
        tables = {
            ExportedTable.NEWS: session.news,
            ExportedTable.ORDERS: session.orders,
            ExportedTable.FILLS: session.fills,
            ExportedTable.EQUITY: session.equity,
        }
        frame = frame_of(tables[table]())
        frames, rows = iter([frame]), frame.height
    write_frames(frames, schema_of(_KINDS[table]), target, form, metadata_of(session, table))
    return rows


def metadata_of(session: RecordedSession, table: ExportedTable) -> Metadata:
    """Return what a file says of where it comes from, sources with their hashes as JSON."""
    sidecar = session.sidecar
    sources = None if sidecar is None else sidecar.sources
    return {
        "tradestack.table": table,
        "tradestack.version": VERSION,
        "tradestack.feed_session": session.id,
        "tradestack.messages": str(session.head),
        "tradestack.ended": "true" if session.has_ended else "false",
        "tradestack.order_sessions": " ".join(each.path.stem for each in session.own_journals),
        "tradestack.sources": msgspec.json.encode(sources).decode(),
    }


def _tick_frames(session: RecordedSession, show: Show) -> Iterator[pl.DataFrame]:
    for first in range(1, session.head + 1, _SLAB_TICKS):
        table = session.ticks(first, _SLAB_TICKS)
        session.release_tape()
        yield frame_of(table)
        show(min(1.0, (first - 1 + _SLAB_TICKS) / session.head))
