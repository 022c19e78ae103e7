"""Polars frames of recorded sessions: the exact numbers, in the types that they have."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.ctl.verify.traded import trade
from tests.kit.recorded_session import RecordedSession
from tradestack import report
from tradestack.domain.fixed_point import SCALE
from tradestack.report.columns.declared import EQUITY, FILLS, NEWS, ORDERS, POSITIONS, TICKS
from tradestack.report.columns.table import MISSING, Kind, Table
from tradestack.report.frames.frame import frame_of, schema_of
from tradestack.report.notebook import FramedSession

FIXED = pl.Decimal(18, 8)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> FramedSession:
    """A session that was traded to its end."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return report.open(directory)


def tables(session: FramedSession) -> Iterator[tuple[Table, pl.DataFrame]]:
    """Each table with its frame."""
    recorded = session.recorded
    yield recorded.ticks(), session.ticks()
    yield recorded.news(), session.news()
    yield recorded.orders(), session.orders()
    yield recorded.fills(), session.fills()
    yield recorded.equity(), session.equity()
    yield recorded.positions(), session.positions()


def cells_of(table: Table, name: str) -> list[Any]:
    """The cells of a column as a frame has them, times as integers."""
    if table.kinds[name] is Kind.CODE:
        return list(table.decoded(name))
    cells = [None if cell == MISSING else cell for cell in table[name].tolist()]
    if table.kinds[name] is Kind.FIXED:
        return [None if cell is None else Decimal(cell) / SCALE for cell in cells]
    return cells


def test_frames_have_what_the_columns_have(session: FramedSession) -> None:
    """Every cell: decimals, times to the nanosecond, texts, and null where nothing is."""
    for table, frame in tables(session):
        assert frame.columns == list(table)
        for name, kind in table.kinds.items():
            cells: list[object]
            if kind is Kind.CODE:
                cells = list(table.decoded(name))
            else:
                cells = [None if cell == MISSING else cell for cell in table[name].tolist()]
            if kind is Kind.FIXED:
                cells = [
                    None if cell is None else Decimal(int(str(cell))) / SCALE for cell in cells
                ]
            found = frame[name]
            if kind is Kind.TIME:
                found = found.cast(pl.Int64)
            assert found.to_list() == cells, name


@pytest.mark.parametrize("kinds", [TICKS, NEWS, ORDERS, FILLS, EQUITY, POSITIONS])
def test_types_are_those_of_the_schema(session: FramedSession, kinds: object) -> None:
    """Also of frames without rows, so that files of several sessions go together."""
    (frame,) = [frame for table, frame in tables(session) if table.kinds is kinds]
    (table,) = [table for table, _ in tables(session) if table.kinds is kinds]

    assert dict(frame.schema) == schema_of(table.kinds)
    assert dict(frame_of(table.rows(slice(0, 0))).schema) == schema_of(table.kinds)


def test_types(session: FramedSession) -> None:
    """Those that are promised."""
    schema = session.orders().schema

    assert schema["quantity"] == FIXED
    assert schema["received_time"] == pl.Datetime("ns", "UTC")
    assert schema["symbol"] == pl.Categorical
    assert schema["side"] == pl.Enum(["BUY", "SELL"])


def test_orders_join_ticks_by_number(session: FramedSession) -> None:
    """The message that caused each order is found by an index, and by a join."""
    orders, ticks = session.orders(), session.ticks()
    joined = orders.join(ticks, on="feed_seq", suffix="_of_tick")

    assert joined.height == orders.height
    assert joined["event_time"].to_list() == joined["event_time_of_tick"].to_list()
    assert ticks[orders["feed_seq"] - 1]["feed_seq"].to_list() == orders["feed_seq"].to_list()


def test_a_number_that_does_not_fit_is_refused() -> None:
    """A price of the feed may have 19 digits; such a file would lie."""
    column = np.array([10**18], np.int64)

    with pytest.raises(OverflowError, match="value"):
        frame_of(Table({"value": Kind.FIXED}, {"value": column}, {}))


def test_frames_of_two_sessions_go_together(session: FramedSession, tmp_path: Path) -> None:
    """Whatever their symbols and users are."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(("XYZ", "5", 1))

    both = pl.concat([session.ticks(), report.open(tmp_path).ticks()])

    assert both["symbol"].cast(pl.String).to_list()[-1] == "XYZ"
