"""Fills and equity of a backtest, from its order journal and its feed log.

Numbers are floats, for tables and charts; the exact ones are in the account.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestack.backtest.frames import Columns
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, Side
from tradestack.domain.tick import TickKind
from tradestack.store.journal_lines import read_lines
from tradestack.wire.account_records import ExecutionRecord
from tradestack.wire.feed import TICK_PACKET, encode_symbol
from tradestack.wire.order_journal import decode_record

# Rows of an equity curve beside those of fills: as many as a chart has points.
SAMPLES_MAX = 5_000
_EXECUTION = b'{"Record":"Execution",'
_TRADE = b'"ExecType":"TRADE"'

Sequences = NDArray[np.int64]


@dataclass(frozen=True)
class RecordedFills:
    """The fills of one order journal, on one feed log."""

    journal: Path
    feed_log: Path

    def fills(self) -> Columns:
        """Return a row for each fill: when, which order, what, how much, at what price and fee."""
        reports = self._reports
        sequences = np.array([report.feed_seq for report in reports], np.int64)
        return {
            "event_time": self._times(sequences),
            "feed_seq": sequences,
            "order_id": np.array([report.order_id for report in reports], np.int64),
            "symbol": np.array([report.symbol for report in reports], np.str_),
            "side": np.array([_side(report).value for report in reports], np.str_),
            "quantity": _decimals([report.last_quantity for report in reports]),
            "price": _decimals([report.last_price for report in reports]),
            "fee": _decimals([report.commission for report in reports]),
        }

    def equity(self) -> Columns:
        """Return equity, cash and market value behind fills and evenly spaced messages."""
        fills = self.fills()
        sequences = self._samples(fills["feed_seq"])
        signs = np.where(fills["side"] == Side.BUY.value, 1.0, -1.0)
        quantities = signs * fills["quantity"]
        paid = quantities * fills["price"] + fills["fee"]
        cash = 0.0 - _sums_at(sequences, fills["feed_seq"], paid)
        value = np.zeros(len(sequences))
        for symbol in np.unique(fills["symbol"]):
            of_symbol = fills["symbol"] == symbol
            held = _sums_at(sequences, fills["feed_seq"][of_symbol], quantities[of_symbol])
            value += held * self._marks(str(symbol), sequences)
        return {
            "event_time": self._times(sequences),
            "feed_seq": sequences,
            "equity": cash + value,
            "cash": cash,
            "market_value": value,
        }

    @cached_property
    def _reports(self) -> list[ExecutionReport]:
        return list(self._read())

    @cached_property
    def _ticks(self) -> NDArray[np.void]:
        return np.memmap(self.feed_log, TICK_PACKET, "r") if self.feed_log.stat().st_size else _NONE

    def _read(self) -> Iterator[ExecutionReport]:
        for line in read_lines(self.journal):
            payload = line.payload
            if payload is None or not payload.startswith(_EXECUTION) or _TRADE not in payload:
                continue
            record = decode_record(payload)
            if isinstance(record, ExecutionRecord) and isinstance(record.report, ExecutionReport):
                assert record.report.exec_type is ExecType.TRADE
                yield record.report

    def _samples(self, filled: Sequences) -> Sequences:
        count = len(self._ticks)
        even = np.linspace(1, count, min(count, SAMPLES_MAX)).astype(np.int64)
        return np.union1d(even, filled)

    def _times(self, sequences: Sequences) -> NDArray[Any]:
        return self._ticks["event_time_ns"][sequences - 1].astype(np.int64).view("datetime64[ns]")

    def _marks(self, symbol: str, sequences: Sequences) -> NDArray[np.float64]:
        """Return the last price of a symbol up to each message; 0 before the first one."""
        is_price = (self._ticks["symbol"] == encode_symbol(symbol)) & (
            self._ticks["kind"] == int(TickKind.PRICE)
        )
        places = np.flatnonzero(is_price)
        prices = np.concatenate([[0], self._ticks["value"][places].astype(np.int64)]) / SCALE
        marks: NDArray[np.float64] = prices[np.searchsorted(places, sequences - 1, "right")]
        return marks


_NONE = np.zeros(0, TICK_PACKET)


def _side(report: ExecutionReport) -> Side:
    assert report.side is not None, "a fill has a side"
    return report.side


def _decimals(values: list[int | None]) -> NDArray[np.float64]:
    return np.array([value or 0 for value in values], np.float64) / SCALE


def _sums_at(
    sequences: Sequences, at: Sequences, values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the sum of the values up to each message."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    found: NDArray[np.float64] = sums[np.searchsorted(at, sequences, "right")]
    return found
