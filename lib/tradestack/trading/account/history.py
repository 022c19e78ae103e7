"""What the journal holds of accounts, each since its newest checkpoint."""

from dataclasses import dataclass, field

import msgspec

from tradestack.trading.earlier_sessions import NO_SESSIONS, EarlierSessions
from tradestack.trading.ranges import Ranges
from tradestack.wire.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ReleaseRecord,
)

# User, feed session.
AccountKey = tuple[str, str]
# A record without a report, about an account.
AccountAct = AccountRecord | CheckpointRecord | ReleaseRecord | EndedRecord


class _Cursor(msgspec.Struct):
    """The field of an account's state that says how far it is folded."""

    matched_through: int


@dataclass(slots=True)
class AccountHistory:
    """One account in the journal.

    execution: its execution model, as JSON. earlier: the order sessions that had it before.
    checkpoint: the parts of its state at the newest checkpoint, or at its beginning. records:
    places of the records since then. matched_through: the newest feed message that these name.
    """

    execution: bytes
    checkpoint: list[bytes]
    matched_through: int = 0
    earlier: EarlierSessions = NO_SESSIONS
    is_ended: bool = False
    records: Ranges = field(default_factory=Ranges)
    _parts: list[bytes] = field(default_factory=list)  # of a checkpoint that is not whole yet

    def add(self, offset: int, length: int, feed_seq: int) -> None:
        """Add a record that names this feed message."""
        self.records.append(offset, length)
        self.matched_through = max(self.matched_through, feed_seq)

    def add_part(self, part: int, parts: int, state: bytes) -> None:
        """Add a part of a checkpoint; the last one makes it the newest. Raises ValueError.

        The rest of one may be lost with the end of a batch; then another one begins.
        """
        if part == 1:
            self._parts = []
        if part != len(self._parts) + 1:
            raise ValueError(f"part {part} of a checkpoint follows part {len(self._parts)}")
        self._parts.append(state)
        if part == parts:
            self.checkpoint, self._parts = self._parts, []
            self.records = Ranges()
            self.matched_through = matched_through_of(self.checkpoint[0])


class AccountHistories(dict[AccountKey, AccountHistory]):
    """The accounts in the journal of one order session."""

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[AccountKey, None] = {}

    def open(self) -> list[AccountKey]:
        """Return the accounts that have not ended, the oldest first."""
        return list(self._open)

    @property
    def order_sessions(self) -> set[str]:
        """The earlier order sessions that had an account which goes on: they may be read again."""
        return {session for key in self._open for session in self[key].earlier.names}

    def add(
        self, user: str, feed_session: str | None, feed_seq: int | None, offset: int, length: int
    ) -> None:
        """Add a record to the account that it belongs to, if to any."""
        if feed_session is not None and (history := self.get((user, feed_session))) is not None:
            history.add(offset, length, feed_seq or 0)

    def add_act(self, act: AccountAct, offset: int, length: int) -> None:
        """Add a record about an account; raise ValueError if it has not begun."""
        key = act.user, act.feed_session
        if isinstance(act, AccountRecord):
            state = bytes(act.state)
            earlier = EarlierSessions(act.order_sessions, act.order_sessions_forgotten)
            self[key] = AccountHistory(
                bytes(act.execution), [state], matched_through_of(state), earlier
            )
            self._open[key] = None
            return
        history = self.get(key)
        if history is None:
            raise ValueError(f"no account of {act.user} in feed session {act.feed_session}")
        if isinstance(act, CheckpointRecord):
            history.add_part(act.part, act.parts, bytes(act.state))
        else:
            history.add(offset, length, act.feed_seq)
            if isinstance(act, EndedRecord):
                history.is_ended = True
                self._open.pop(key, None)


def matched_through_of(state: bytes | msgspec.Raw) -> int:
    """First part of a checkpoint → how far the account is folded; raise ValueError."""
    return msgspec.json.decode(state, type=_Cursor).matched_through
