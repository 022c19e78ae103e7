"""The recorded market that all runs of a sweep share: read once, in files that end with it."""

import contextlib
import logging
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from tradestack.backtest.feed import no_ticks, source_of, symbols_of
from tradestack.backtest.plan import Plan
from tradestack.backtest.sweep.engine import EngineRun
from tradestack.backtest.sweep.figures import Intervals
from tradestack.backtest.sweep.shared_ticks import SharedTicks, write_ticks
from tradestack.backtest.sweep.tasks import Measure
from tradestack.backtest.sweep.window import Window
from tradestack.domain.clock import Clock
from tradestack.domain.session_id import new_session_id
from tradestack.sources.source import SourceFault
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.free_space import OTHER_TMPDIR, full_disk_explained
from tradestack.trading.desk.no_orders import missing_symbols

ShowShare = Callable[[float], None]  # is called while the source is read, with 0 to 1

_logger = logging.getLogger(__name__)


class Market:
    """The ticks of a plan, in a directory.

    rows_refused: of the data, which were left out as invalid.
    """

    def __init__(
        self, plan: Plan, directory: Path, feed: Path, rows_refused: int, clock: Clock
    ) -> None:
        """Take a file of ticks, of which there is at least one. Raises OSError."""
        self.rows_refused = rows_refused
        self._plan = plan
        self._directory = directory
        self._clock = clock
        self.ticks = SharedTicks.open(feed)
        self._feeds: dict[Window, Path] = {self.span: feed}

    @property
    def span(self) -> Window:
        """The time of all ticks."""
        return self.ticks.span

    def intervals(self, interval_ns: int) -> Intervals:
        """Return the intervals in which there are ticks."""
        return self.ticks.intervals(interval_ns)

    def measure(self, windows: Sequence[Window], intervals: Intervals) -> Measure:
        """Return what makes runs over these windows. Raises OSError."""
        for window in windows:
            if window not in self._feeds:
                path = _new_feed(self._directory, self._clock, len(self._feeds))
                self.ticks.write_window(window, path)
                self._feeds[window] = path
        feeds: Mapping[Window, Path] = {window: self._feeds[window] for window in windows}
        plan = self._plan
        run_one = EngineRun(
            plan.instance, plan.strategy, plan.order_manager, feeds, self._directory
        )
        return Measure(run_one, intervals)


@contextlib.contextmanager
def open_market(plan: Plan, clock: Clock, show: ShowShare) -> Iterator[Market]:
    """Read all that a plan is tested on into a temporary directory, which is deleted at the end.

    Raises OperatorFault, OSError.
    """
    with tempfile.TemporaryDirectory(prefix="tradestack-sweep-") as name:
        directory = Path(name)
        feed = _new_feed(directory, clock, 0)
        with full_disk_explained(directory, OTHER_TMPDIR):
            try:
                count, rows_refused = _read(plan, directory, feed, clock, show)
            except SourceFault as fault:
                raise fault.as_operator_fault() from fault
            if not count:
                raise no_ticks()
            yield Market(plan, directory, feed, rows_refused, clock)


def _read(
    plan: Plan, directory: Path, feed: Path, clock: Clock, show: ShowShare
) -> tuple[int, int]:
    """Write the ticks of a plan to a file; return how many they are, and rows were refused."""
    count = 0
    source = source_of(plan, directory)
    with contextlib.closing(source):
        for count in write_ticks(source, feed, clock.wall_ns()):  # noqa: B007 (the last one)
            show(source.share_read)
        _warn_of_symbols(plan, symbols_of(source))
        return count, source.row_counts().rejected


def _warn_of_symbols(plan: Plan, published: Collection[str]) -> None:
    """Log which symbols of the strategy do not occur, before there are runs without orders."""
    wanted = plan.strategy.symbols
    warning = missing_symbols(plan.instance, wanted, published, is_complete=True)
    if warning is not None:
        _logger.warning("%s", warning)


def _new_feed(directory: Path, clock: Clock, number: int) -> Path:
    """Return the name of a feed log: that of a session which the directory has only once."""
    return directory / f"{new_session_id(clock.wall_ns(), number)}{FEED_LOG_SUFFIX}"
