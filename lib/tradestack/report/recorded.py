"""A recorded feed session with its order journals: of a running stack, a stopped one, a backtest.

    with open_session(state_dir, None) as session:
        session.tape["value"][session.orders()["feed_seq"] - 1]

Files of a running stack are read as they are when it is opened. Its tape is complete up to every
message that a journal names, as the journals are found before the log is opened.
"""

from pathlib import Path

from tradestack.report.columns.table import Integers, Table
from tradestack.wire.feed import TickRecords


class RecordedSession:
    """One feed session; tables are made when they are asked for first, and kept.

    id: of the feed session. state: the directory that has gateway and order-manager. tape: its
    messages as they are in the file, message n at n - 1. remarks: what a reader has to know, such
    as a tail that was cut off. ended: whether the feed session has ended; None: nobody knows.
    """

    id: str
    state: Path
    tape: TickRecords
    remarks: tuple[str, ...]
    ended: bool | None

    def ticks(self, first: int, count_max: int) -> Table:
        """Return messages from number `first` on, as columns TICKS."""
        raise NotImplementedError

    def news(self) -> Table:
        """Return the news, as columns NEWS."""
        raise NotImplementedError

    def orders(self) -> Table:
        """Return the orders, as columns ORDERS."""
        raise NotImplementedError

    def fills(self) -> Table:
        """Return the fills, as columns FILLS."""
        raise NotImplementedError

    def equity(self, at: Integers | None = None) -> Table:
        """Return equity, as columns EQUITY, behind these messages, from 1, ascending.

        None: of each user behind its fills and some thousand evenly spaced messages.
        """
        raise NotImplementedError

    def positions(self) -> Table:
        """Return what is held at the end of the log, as columns POSITIONS."""
        raise NotImplementedError


def open_session(state_dir: Path, session: str | None) -> RecordedSession:
    """Open a feed session in the directory of a stack or of a backtest, None: the newest.

    Raises OperatorFault.
    """
    raise NotImplementedError
