"""One run of a sweep: a strategy on the ticks of a window, by the engine of every backtest.

It is as `tradestack.backtest.run` on the same ticks, but for the feed: that is in a file already,
and shared by all runs. Its journal is deleted when its figures are known.
"""

import contextlib
import copyreg
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tradestack.backtest.backtest import trading_in
from tradestack.backtest.feed import BATCH_MESSAGES_MAX
from tradestack.backtest.order_desk import OrderDesk
from tradestack.backtest.sweep.marking import equity_of
from tradestack.backtest.sweep.run import RunResult
from tradestack.backtest.sweep.window import Window
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.strategy import StrategyConfig
from tradestack.report.columns.builder import TextCodes
from tradestack.report.equity.fill_course import TapeFill, tape_fills
from tradestack.report.files.state_files import JournalFile
from tradestack.report.journal_pass import FILLS_ALONE, JournalPass
from tradestack.runtime.clock import SystemClock
from tradestack.store.feed_tape import FeedTape
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.wire.feed import TICK_PACKET, TickBatch, TickRecords, new_records


@dataclass(frozen=True, slots=True)
class EngineRun:
    """Runs one strategy with different parameters.

    feeds: a file with the ticks of each window. directory: where journals are while a run lasts.
    """

    instance: str
    strategy: StrategyConfig
    order_manager: OrderManagerConfig
    feeds: Mapping[Window, Path]
    directory: Path

    def __call__(self, parameters: Mapping[str, str], window: Window) -> RunResult:
        """Run the strategy with these parameters over a window. Raises OSError and others."""
        config = replace(self.strategy, parameters=dict(parameters))
        with contextlib.ExitStack() as opened:
            directory = Path(opened.enter_context(tempfile.TemporaryDirectory(dir=self.directory)))
            feed = self.feeds[window]
            tape, clock = FeedTape(feed), SystemClock()
            opened.callback(tape.close)
            desk = OrderDesk(directory, self.order_manager, tape, config.user, clock)
            opened.callback(desk.close)
            trading = trading_in(self.instance, config, desk, tape.session_id, clock)
            opened.callback(trading.close)
            trading.register()
            records = _records(feed)
            for batch in _batches(records):
                trading.on_ticks(batch)
                desk.keep_up()
            trading.end()
            desk.end(len(records))
            (journal,) = directory.glob(f"*{JOURNAL_SUFFIX}")
            fills = _fills(journal, tape.session_id)
            return RunResult(
                equity_of(records, fills), len(records), desk.counters.orders_received, len(fills)
            )


def _records(feed: Path) -> TickRecords:
    """Map the file; one without ticks cannot be mapped."""
    if not feed.stat().st_size:
        return new_records(0)
    return np.memmap(feed, TICK_PACKET, "r").view(np.ndarray)


def _batches(records: TickRecords) -> Iterator[TickBatch]:
    for start in range(0, len(records), BATCH_MESSAGES_MAX):
        yield TickBatch(start + 1, records[start : start + BATCH_MESSAGES_MAX])


def _fills(journal: Path, feed_session: str) -> Sequence[TapeFill]:
    journals = JournalPass(feed_session, TextCodes(), TextCodes(), FILLS_ALONE)
    journals.read(JournalFile(journal, journal.stat().st_size), lambda _share: None)
    return tape_fills(journals.fills)


def _read_only(items: Mapping[object, object]) -> Mapping[object, object]:
    return MappingProxyType(dict(items))


def _reduced(mapping: Mapping[object, object]) -> tuple[object, ...]:
    """Take a read-only mapping apart, as those in configurations, for another process."""
    return _read_only, (dict(mapping),)


copyreg.pickle(MappingProxyType, _reduced)  # type: ignore[arg-type]
