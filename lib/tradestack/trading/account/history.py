"""What the journal holds of accounts, each since its newest checkpoint."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.holdings.opening import Opening
from tradestack.trading.earlier_sessions import NO_SESSIONS, EarlierSessions
from tradestack.trading.ranges import Ranges
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ReleaseRecord,
)
from tradestack.wire.journal.raw_values import decode_raw

# User, feed session.
AccountKey = tuple[str, str]
# A record without a report, about an account.
AccountAct = AccountRecord | CheckpointRecord | ReleaseRecord | EndedRecord


class _Cursor(msgspec.Struct):
    """The fields of an account's state that say how far it is folded."""

    matched_through: int
    is_ended: bool = False


class _Opened(msgspec.Struct):
    """The field of an account's state that says what it goes on from."""

    opening: Opening | None = None


@dataclass(slots=True)
class AccountHistory:
    """One account in the journal.

    execution: its execution model, as JSON. earlier: the order sessions that had it before.
    checkpoint: the parts of its state at the newest checkpoint, or at its beginning. records:
    places of the records since then. matched_through: the newest feed message that these name.
    is_final: whether the checkpoint is of an ended account: what may follow is refused, and changes
    nothing of what the account has left.
    """

    execution: bytes
    checkpoint: list[bytes]
    matched_through: int = 0
    earlier: EarlierSessions = NO_SESSIONS
    is_ended: bool = False
    is_final: bool = False
    records: Ranges = field(default_factory=Ranges)
    _parts: list[bytes] = field(default_factory=list)  # of a checkpoint that is not whole yet

    def add(self, place: int, feed_seq: int) -> None:
        """Add a record that names this feed message; place: its packed range."""
        self.records.append(place)
        if feed_seq > self.matched_through:
            self.matched_through = feed_seq

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
            cursor = decode_raw(self.checkpoint[0], _Cursor)
            self.matched_through = cursor.matched_through
            self.is_ended = self.is_final = cursor.is_ended

    @property
    def final_state(self) -> AccountState | None:
        """Return what the account has ended with; None if it goes on, or no record says it all."""
        return decode_checkpoint(self.checkpoint) if self.is_final else None

    @property
    def waits_for(self) -> str | None:
        """Return the feed session whose account this one waits for; None if it does not."""
        opening = decode_raw(self.checkpoint[0], _Opened).opening
        return None if opening is None or opening.is_taken else opening.feed_session


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

    def add(self, user: str, feed_session: str | None, feed_seq: int | None, place: int) -> None:
        """Add a record to the account that it belongs to, if to any."""
        history = None if feed_session is None else self.get((user, feed_session))
        if history is not None:
            history.records.append(place)
            if feed_seq is not None and feed_seq > history.matched_through:
                history.matched_through = feed_seq

    def add_act(self, act: AccountAct, place: int) -> None:
        """Add a record about an account; raise ValueError if it has not begun."""
        key = act.user, act.feed_session
        if isinstance(act, AccountRecord):
            state = bytes(act.state)
            cursor = decode_raw(state, _Cursor)
            earlier = EarlierSessions(act.order_sessions, act.order_sessions_forgotten)
            self[key] = AccountHistory(
                bytes(act.execution),
                [state],
                cursor.matched_through,
                earlier,
                is_ended=cursor.is_ended,
                is_final=cursor.is_ended,
            )
            if not cursor.is_ended:
                self._open[key] = None
            return
        history = self.get(key)
        if history is None:
            raise ValueError(f"no account of {act.user} in feed session {act.feed_session}")
        if isinstance(act, CheckpointRecord):
            history.add_part(act.part, act.parts, bytes(act.state))
        else:
            history.add(place, act.feed_seq)
            history.is_ended |= isinstance(act, EndedRecord)
        if history.is_ended:
            self._open.pop(key, None)

    def opened_from(self, key: AccountKey, begun: Iterable[AccountKey] = ()) -> str | None:
        """Return the feed session that the user has traded before this one; None if there is none.

        begun: accounts that begin together with this one. Where the user trades in a later feed
        session already there is none: what was left went there.
        """
        user, feed_session = key
        keys = {*self, *begun} - {key}
        sessions = [session for name, session in keys if name == user]
        newest = max(sessions, default=None)
        return newest if newest is not None and newest < feed_session else None

    def left_by(self, key: AccountKey) -> AccountState | None:
        """Return what an account has left to the next one of its user; None if it goes on.

        One that has ended while it waited for the one before has left what that one has.
        """
        history = self.get(key)
        state = None if history is None else history.final_state
        if state is None or state.opening is None or state.opening.is_taken:
            return state
        return self.left_by((key[0], state.opening.feed_session))


def matched_through_of(state: bytes | msgspec.Raw) -> int:
    """First part of a checkpoint → how far the account is folded; raise ValueError."""
    return decode_raw(state, _Cursor).matched_through
