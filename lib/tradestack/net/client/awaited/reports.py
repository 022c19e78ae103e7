"""The reports of an order client as an asynchronous iterator; a bounded number of them waits."""

import asyncio
from collections import deque
from typing import Self

from tradestack.domain.execution_report import Report

# Reports that wait for a slow reader; some 4 MiB of them.
REPORTS_WAITING_MAX = 10_000


class ReportsMissed(Exception):
    """A reader was too slow: reports that came after those it was given are lost to it.

    The order manager has them all: log in again from the first report that was missed.
    """

    def __init__(self) -> None:
        super().__init__(
            f"more than {REPORTS_WAITING_MAX:,} reports waited for their reader; what came then "
            "is in the order session, and in order_log.txt"
        )


class AwaitedReports:
    """Reports in the order in which they come, each once.

    Iterating raises what ended the client, or ReportsMissed; it stops when the client is closed.
    """

    def __init__(self) -> None:
        self._waiting: deque[Report] = deque()
        self._changed = asyncio.Event()
        self._is_over = False
        self._failure: BaseException | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Report:
        while not self._waiting:
            if self._failure is not None:
                raise self._failure
            if self._is_over:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()

    def put(self, report: Report) -> None:
        """Take the next report."""
        if len(self._waiting) >= REPORTS_WAITING_MAX:
            self.end(ReportsMissed())
        if not self._is_over:
            self._waiting.append(report)
            self._changed.set()

    def end(self, failure: BaseException | None) -> None:
        """Give nothing more than what waits; then raise the failure, if there is one."""
        if not self._is_over:
            self._is_over, self._failure = True, failure
            self._changed.set()
