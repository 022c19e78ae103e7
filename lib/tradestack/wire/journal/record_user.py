"""Record of the order journal → its user."""

from tradestack.wire.journal.account_records import LimitsRecord
from tradestack.wire.journal.order_journal import (
    LogReopenedRecord,
    Record,
    RepairedRecord,
    SessionRecord,
)
from tradestack.wire.journal.replayed_records import ReplayedRecord


def user_of(record: Record | ReplayedRecord) -> str | None:
    """Record → its user; None if it is about none, or about all."""
    if isinstance(record, SessionRecord | LogReopenedRecord | RepairedRecord | LimitsRecord):
        return None
    return record.user
