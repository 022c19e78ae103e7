"""Where the reports of an account go."""

from typing import Protocol

from tradestack.domain.execution_report import Report
from tradestack.trading.risk.trading_state import StateAct
from tradestack.wire.journal.account_records import TradingRecord


class ReportSink(Protocol):
    """Names the reports of accounts and takes them, in the order in which they are made."""

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime (ns since the Unix epoch) of the next report."""
        ...

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Change the trading state of a user who broke a limit at that message."""
        ...

    def take(self, user: str, report: Report) -> None:
        """Take a report."""
        ...
