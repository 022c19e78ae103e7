"""The records of a feed session up to one of its messages, told from those that follow.

Accounts do not wait for each other, so the journal has no single place at which a message is over:
each user has one. The messages that the records of an account name never fall, so whatever follows
the first one of a later message is later.
"""

from tradestack.trading.account.history import matched_through_of
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import OrderRecord, Record


class Cut:
    """A cut through the journals after message `through`.

    What happened to an account before it met message through + 1 is before the cut.
    """

    def __init__(self, feed_session: str, through: int) -> None:
        self.through = through
        self._feed_session = feed_session
        self._passed: set[str] = set()

    def is_behind(self, record: Record) -> bool:
        """Return whether the next record is behind the cut. Raises ValueError."""
        user = getattr(record, "user", None)
        if user is None or user in self._passed:
            return user is not None
        if (_message_of(record, self._feed_session) or 0) <= self.through:
            return False
        if not _has_no_account(record):
            self._passed.add(user)
        return True


def _has_no_account(record: Record) -> bool:
    """Return whether it is an order that no account has taken: its message is the client's word."""
    return isinstance(record, OrderRecord) and record.feed_session is None


def _message_of(record: Record, feed_session: str) -> int | None:
    """Return the message of the feed session that a record names; None if it names none."""
    match record:
        case OrderRecord(feed_session=None, order=order):
            return order.feed_seq if order.feed_session == feed_session else None
        case ExecutionRecord(report=report) if report.feed_session == feed_session:
            return report.feed_seq
        case OrderRecord() | RequestRecord() if record.feed_session == feed_session:
            return record.cause
        case AccountRecord() if record.feed_session == feed_session:
            return matched_through_of(record.state)
        case CheckpointRecord(part=1) if record.feed_session == feed_session:
            return matched_through_of(record.state)
        case TradingRecord() | ReleaseRecord() | EndedRecord():
            return record.feed_seq if record.feed_session == feed_session else None
    return None
