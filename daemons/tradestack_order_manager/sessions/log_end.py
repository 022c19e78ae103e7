"""What the end of order_log.txt shows: how far it follows the order journals."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEnd:
    """The newest things that have a line, in this file or in those it was rotated to.

    order_id: number of the newest order, 0 = none. session, report: the newest report that has its
    number in its line, by the order session and the number of the report there; "" and 0 = none.
    """

    order_id: int = 0
    session: str = ""
    report: int = 0

    def report_of(self, session: str) -> int:
        """Return the number of the newest report of that order session, 0 = none."""
        return self.report if session == self.session else 0


NOTHING_LOGGED = LogEnd()


def newest(ends: list[LogEnd]) -> LogEnd:
    """Return the end of several files together."""
    order_id = max((end.order_id for end in ends), default=0)
    session, report = max(((end.session, end.report) for end in ends), default=("", 0))
    return LogEnd(order_id, session, report)
