"""Facts about a feed session in order journals, besides its orders and the reports on them."""

from dataclasses import dataclass, field

from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.execution.model import ExecutionModel
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    LimitsRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import (
    MalformedRecord,
    Record,
    RegisterRecord,
    RepairedRecord,
    SessionRecord,
)
from tradestack.wire.journal.raw_values import decode_raw


@dataclass(slots=True)
class JournalFacts:
    """The facts, of the journals in turn.

    order_sessions: those that name the feed session. openings: of each user the state with which
    its account has begun. ended: of those that have met the last message its number.
    trading, repaired, malformed: of these order sessions.
    """

    feed_session: str
    order_sessions: list[str] = field(default_factory=list)
    registers: list[RegisterRecord] = field(default_factory=list)
    execution: ExecutionModel | None = None
    openings: dict[str, AccountState] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    limits_hash: str | None = None
    trading: list[TradingRecord] = field(default_factory=list)
    repaired: list[RepairedRecord] = field(default_factory=list)
    malformed: int = 0

    def take(self, record: Record) -> None:
        """Take a record of an order session that names the feed session."""
        match record:
            case AccountRecord() | CheckpointRecord() | EndedRecord():
                if record.feed_session == self.feed_session:
                    self._take_account(record)
            case RegisterRecord():
                if record.register.feed_session == self.feed_session:
                    self.registers.append(record)
            case SessionRecord():
                self.order_sessions.append(record.session)
                self.limits_hash = record.limits_hash or self.limits_hash
            case LimitsRecord():
                self.limits_hash = record.hash
            case _:
                self._take_event(record)

    def _take_event(self, record: Record) -> None:
        if isinstance(record, TradingRecord):
            self.trading.append(record)
        elif isinstance(record, RepairedRecord):
            self.repaired.append(record)
        elif isinstance(record, MalformedRecord):
            self.malformed += 1

    def _take_account(self, record: AccountRecord | CheckpointRecord | EndedRecord) -> None:
        if isinstance(record, EndedRecord):
            self.ended[record.user] = record.feed_seq
            return
        opening = self.openings.get(record.user)
        if isinstance(record, AccountRecord):
            self.execution = decode_raw(record.execution, ExecutionModel)
        elif opening is None or not opening.is_awaiting or record.part != 1:
            return
        if opening is None or opening.is_awaiting:
            self.openings[record.user] = decode_checkpoint([bytes(record.state)])
