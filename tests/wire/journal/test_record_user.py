"""The user of a record, whatever its kind."""

import msgspec
import pytest

from tradestack.domain.trading_state import TradingState
from tradestack.wire.journal.account_records import EndedRecord, LimitsRecord, TradingRecord
from tradestack.wire.journal.order_journal import LogReopenedRecord, Record, RepairedRecord
from tradestack.wire.journal.record_user import user_of


def trading(user: str | None) -> TradingRecord:
    """Return a change of the trading state of a user, or of all."""
    return TradingRecord(time_ns=1, user=user, state=TradingState.HALTED, reason="", uid=0)


@pytest.mark.parametrize(
    ("record", "user"),
    [
        (EndedRecord(time_ns=1, user="news", feed_session="3DAA200000", feed_seq=1), "news"),
        (trading("news"), "news"),
        (trading(None), None),
        (LimitsRecord(time_ns=1, hash="", limits=msgspec.Raw(b"{}")), None),
        (LogReopenedRecord(time_ns=1, last_order_id=1), None),
        (RepairedRecord(time_ns=1, lines_lost=1, bytes_lost=1, orders_lost=0), None),
    ],
    ids=repr,
)
def test_a_record_has_the_user_that_it_names(record: Record, user: str | None) -> None:
    """There is none in records about the journal, the limits or all users."""
    assert user_of(record) == user
