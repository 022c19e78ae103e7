"""The cut after a message: which records are before it, by what they name."""

from typing import Any

import msgspec
import pytest

from tests.kit.recorded_session import FEED_SESSION
from tradestack.domain.trading_state import TradingState
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.verification.cut import Cut
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ReleaseRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import LogReopenedRecord, Record

AT = 7
OTHER_SESSION = "3DAA200001"


def ended(feed_seq: int, user: str = "news", feed_session: str = FEED_SESSION) -> EndedRecord:
    """A record of an account that names a message."""
    return EndedRecord(time_ns=1, user=user, feed_session=feed_session, feed_seq=feed_seq)


def of_state(feed_seq: int) -> list[Record]:
    """Records that have a state of an account, which was folded to a message."""
    (state,) = map(msgspec.Raw, encode_checkpoint(AccountState(matched_through=feed_seq)))
    of: dict[str, Any] = {
        "time_ns": 1,
        "user": "news",
        "feed_session": FEED_SESSION,
        "state": state,
    }
    return [
        AccountRecord(**of, execution=msgspec.Raw(b"{}")),
        CheckpointRecord(**of, part=1, parts=1),
    ]


def halted(user: str | None, feed_seq: int | None = None) -> TradingRecord:
    """A trading state that a breach at a message has changed, None: an operator."""
    session = None if feed_seq is None else FEED_SESSION
    return TradingRecord(
        time_ns=1,
        user=user,
        state=TradingState.HALTED,
        reason="test",
        uid=0,
        feed_session=session,
        feed_seq=feed_seq,
    )


@pytest.mark.parametrize("make", [
    lambda seq: [ended(seq)],
    lambda seq: [ReleaseRecord(time_ns=1, user="news", feed_session=FEED_SESSION, feed_seq=seq)],
    lambda seq: [halted("news", seq)],
    of_state,
])  # fmt: skip
def test_a_record_is_where_its_message_is(make) -> None:  # type: ignore[no-untyped-def]
    """At the message it is before the cut, and of the next one after it."""
    for before, behind in zip(make(AT), make(AT + 1), strict=True):
        assert not Cut(FEED_SESSION, AT).is_behind(before)
        assert Cut(FEED_SESSION, AT).is_behind(behind)


def test_what_follows_a_later_message_is_later() -> None:
    """Of the same user, whatever it names, and also twice; others are where they are."""
    cut = Cut(FEED_SESSION, AT)
    assert not cut.is_behind(halted("news"))
    assert cut.is_behind(ended(AT + 1))

    assert cut.is_behind(halted("news"))
    assert cut.is_behind(ended(AT))
    assert not cut.is_behind(ended(AT, "other"))


def test_what_is_of_no_account_of_the_session_is_before() -> None:
    """Another feed session has messages of its own; some records are of no user."""
    cut = Cut(FEED_SESSION, AT)

    assert not cut.is_behind(ended(AT + 1, feed_session=OTHER_SESSION))
    assert not cut.is_behind(halted(None))
    assert not cut.is_behind(LogReopenedRecord(time_ns=1, last_order_id=AT + 1))
