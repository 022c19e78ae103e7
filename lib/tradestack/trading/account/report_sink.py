"""Where the reports of an account go."""

from typing import Protocol

from tradestack.domain.execution_report import Report


class ReportSink(Protocol):
    """Names the reports of accounts and takes them, in the order in which they are made."""

    def name(self) -> tuple[str, int]:
        """Return ExecID and TransactTime (ns since the Unix epoch) of the next report."""
        ...

    def take(self, user: str, report: Report) -> None:
        """Take a report."""
        ...
