"""A recorded feed session at a moment: its accounts then, its orders and fills until then."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from functools import cached_property

from tradestack.ctl.progress import Progress
from tradestack.ctl.recorded.moment import Moment, message_of
from tradestack.ctl.recorded.watched_tape import WatchedTape
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType
from tradestack.report.files.state_files import (
    JournalFile,
    StateFiles,
    belongs_to,
    name_of,
    names,
    payloads_of,
    tapes_of,
)
from tradestack.report.files.unreadable import as_disagreement
from tradestack.report.recorded import RecordedSession
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.replies.orders import Order, order_after, order_reply
from tradestack.trading.tape import clock
from tradestack.trading.verification.accounts_at import AccountsAt
from tradestack.trading.verification.cut import Cut
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record, decode_header, decode_record


class SessionAt:
    """A recorded feed session; at: the message that it is looked at behind, None: the newest.

    files: of the stack that has recorded it.
    """

    def __init__(
        self,
        files: StateFiles,
        recorded: RecordedSession,
        open_tape: Callable[[], FeedTape],
        moment: Moment | None,
    ) -> None:
        self.files = files
        self.id = recorded.id
        self._log = recorded.log
        self._journals = recorded.journals
        self._open_tape = open_tape
        self._tape = open_tape()
        self.at = None if moment is None else message_of(moment, self._tape, self._log)

    def accounts(self, only_user: str | None) -> AccountsAt:
        """Fold the accounts of all users, or of one. Raises OperatorFault, OSError."""
        progress = Progress(f"feed session {self.id}", self._log.stat().st_size)
        last = self.at or self._tape.head

        def open_tape() -> WatchedTape:
            return WatchedTape(self._open_tape(), lambda first: progress.show(first / last))

        accounts = AccountsAt(self.id, open_tape, at=self.at, only_user=only_user)
        try:
            for journal in self.account_journals:
                with as_disagreement(journal.path, self.id):
                    _fold(accounts, journal)
            with as_disagreement(self._log, self.id):
                accounts.finish()
        finally:
            progress.end()
        return accounts

    @cached_property
    def account_journals(self) -> list[JournalFile]:
        """The order journals that have an account of the session. Raises OSError."""
        return [journal for journal in self._journals if belongs_to(journal, self.id)]

    def orders(self, count: int) -> list[Order]:
        """Return the newest orders as they are at the moment, the oldest of them first.

        Raises OperatorFault, OSError.
        """
        orders: dict[int, Order] = {}
        for record in self._records():
            if isinstance(record, OrderRecord) and self._is_own(record):
                order = order_reply(record)
                orders[order.order_id] = order
                if len(orders) > count:
                    del orders[next(iter(orders))]
            elif isinstance(record, ExecutionRecord):
                report = record.report
                if isinstance(report, ExecutionReport) and report.order_id in orders:
                    orders[report.order_id] = order_after(orders[report.order_id], report)
        return list(orders.values())

    def fills(self, count: int) -> list[tuple[ExecutionRecord, int | None]]:
        """Return the newest fills, the oldest first, each with its event time.

        That is None where the feed log lacks the trade. Raises OperatorFault, OSError.
        """
        fills = (record for record in self._records() if isinstance(record, ExecutionRecord))
        newest = deque(filter(self._is_fill, fills), count)
        return [(record, self._event_time(record.report.feed_seq or 0)) for record in newest]

    def _is_own(self, record: OrderRecord) -> bool:
        """Return whether an order is of this session; of one without a place: by what it names."""
        return (record.feed_session or record.order.feed_session) == self.id

    def _is_fill(self, record: ExecutionRecord) -> bool:
        report = record.report
        is_trade = getattr(report, "exec_type", None) is ExecType.TRADE
        return is_trade and report.feed_session == self.id

    def _event_time(self, sequence: int) -> int | None:
        return clock(self._tape, sequence) if 0 < sequence <= self._tape.head else None

    def _records(self) -> Iterator[Record]:
        """Yield the records up to the moment that name the session."""
        name = name_of(self.id)
        cut = None if self.at is None else Cut(self.id, self.at)
        for journal in [each for each in self._journals if names(each, self.id)]:
            with as_disagreement(journal.path, self.id):
                progress = Progress(journal.path.name, journal.size_bytes)
                for line, payload in payloads_of(journal, progress.show):
                    if line > 1 and name in payload:
                        record = decode_record(payload)
                        if cut is None or not cut.is_behind(record):
                            yield record
                progress.end()


@contextlib.contextmanager
def session_at(
    files: StateFiles, session_id: str | None, moment: Moment | None
) -> Iterator[SessionAt]:
    """Open a feed session, None = the newest, at a moment. Raises OperatorFault, OSError."""
    recorded = RecordedSession(files, session_id)
    with tapes_of(recorded.log) as open_tape:
        yield SessionAt(files, recorded, open_tape, moment)


def _fold(accounts: AccountsAt, journal: JournalFile) -> None:
    for line, payload in payloads_of(journal):
        if line == 1:
            accounts.begin(decode_header(payload))
        else:
            accounts.take(line, payload)
