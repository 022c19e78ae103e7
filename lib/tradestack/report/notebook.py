"""The functions for notebooks: a recorded session, and its tables as Polars frames."""

from pathlib import Path
from typing import TYPE_CHECKING

from tradestack.report.columns.table import Table
from tradestack.report.polars_extra import require_polars
from tradestack.report.recorded import RecordedSession, open_session

if TYPE_CHECKING:
    import polars as pl


class FramedSession:
    """A recorded session; numbers are exact decimals, times in UTC to the nanosecond.

    recorded: the same as columns of integers.
    """

    def __init__(self, recorded: RecordedSession) -> None:
        self.recorded = recorded

    def __repr__(self) -> str:
        return f"<session {self.id}: {self.recorded.head:,} messages>"

    @property
    def id(self) -> str:
        """The id of the feed session."""
        return self.recorded.id

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks for readers: what was cut off, and what is missing."""
        return self.recorded.remarks

    def ticks(self, first: int = 1, count_max: int | None = None) -> "pl.DataFrame":
        """Return messages of the feed from number `first` on, None: all; some 100 bytes each."""
        return _frame(self.recorded.ticks(first, count_max))

    def news(self) -> "pl.DataFrame":
        """Return the news."""
        return _frame(self.recorded.news())

    def orders(self) -> "pl.DataFrame":
        """Return a row for each order: `feed_seq` is the number of the message that caused it."""
        return _frame(self.recorded.orders())

    def fills(self) -> "pl.DataFrame":
        """Return a row for each fill, `feed_seq` is the number of the trade that made it."""
        return _frame(self.recorded.fills())

    def equity(self) -> "pl.DataFrame":
        """Return equity, drawdown and exposure of each user, and with user null of all."""
        return _frame(self.recorded.equity())

    def positions(self) -> "pl.DataFrame":
        """Return what each user holds at the end of the feed log."""
        return _frame(self.recorded.positions())


def open(state_dir: str | Path, session: str | None = None) -> FramedSession:  # noqa: A001
    """Open a recorded feed session, None: the newest, of a running stack too.

    state_dir: the directory of `tradestackctl up`, /var/lib/tradestack, or `state_dir` of the
    result of a backtest. Raises OperatorFault.
    """
    require_polars("tradestack.report")
    return FramedSession(open_session(Path(state_dir), session))


def _frame(table: Table) -> "pl.DataFrame":
    from tradestack.report.frames.frame import frame_of  # it needs Polars

    return frame_of(table)
