"""An order manager without sockets and files: messages judged, executed by a tape, journalled."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tests.daemons.tradestack_order_manager.samples import NOW_NS, a_header, some_rules
from tests.kit.sender import MemorySender
from tests.kit.tape import MemoryTape
from tests.trading.judged import MemoryJournal, reports_of
from tradestack.domain.execution_report import Report
from tradestack.domain.order import Order
from tradestack.domain.requests import Request
from tradestack.trading.account.account import Account
from tradestack.trading.account.checkpoint import encode_checkpoint
from tradestack.trading.accounts import Accounts
from tradestack.trading.commit import commit
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.judging.decisions import Batch, Message, Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.risk.limits import Limits, RiskLimits
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.account_records import CheckpointRecord, EndedRecord, RequestRecord
from tradestack.wire.journal.order_journal import OrderRecord, decode_record
from tradestack.wire.orders import encode_message

USER = "news"
RULES = some_rules(
    reports_per_session_max=1_000_000,
    limits=RiskLimits(total=Limits(price_required=False)),
)


class MemoryOrderManager:
    """What one user sends in one feed session, and what becomes of it."""

    def __init__(self, tape: MemoryTape, model: ExecutionModel) -> None:
        self.tape = tape
        self.journal = MemoryJournal()
        self._model = model
        self.state = SessionState(a_header())
        self._open()

    def restart(self) -> None:
        """Begin again with what is in the journal."""
        self.state = self.journal.replayed()
        self._open()

    def receive(self, *messages: Message) -> Batch:
        """Judge messages that are received together, journal and commit what becomes of them."""
        received = [
            Received(MemorySender(USER), NOW_NS, encode_message(message), message)  # type: ignore[arg-type]
            for message in messages
        ]
        batch = judge(self._known, received, RULES, self.accounts, NOW_NS)
        self._commit(batch)
        return batch

    @property
    def account(self) -> Account | None:
        """The user's account; None before its first order."""
        return self.accounts.find((USER, self.tape.session_id))

    def pass_time(self) -> None:
        """Let the account follow the tape."""
        judgement = self._judgement()
        account = judgement.account(USER, self.tape.session_id)
        if account is not None and not account.state.is_ended:
            account.advance()
        self._commit(judgement.batch)

    def checkpoint(self) -> None:
        """Journal the state of the account."""
        judgement = self._judgement()
        account = judgement.account(USER, self.tape.session_id)
        if account is not None and not account.state.is_ended:
            parts = encode_checkpoint(account.state)
            for part, state in enumerate(parts, 1):
                raw, fields = msgspec.Raw(state), self._act_fields()
                judgement.act(CheckpointRecord(**fields, part=part, parts=len(parts), state=raw))
        self._commit(judgement.batch)

    def end(self) -> None:
        """End the feed session with the newest message of the tape."""
        self.pass_time()
        judgement = self._judgement()
        account = judgement.account(USER, self.tape.session_id)
        if account is not None:
            account.end()
            feed_seq = account.state.matched_through
            judgement.act(EndedRecord(**self._act_fields(), feed_seq=feed_seq))
        self._commit(judgement.batch)

    def stream(self) -> Sequence[Report]:
        """Return the user's reports so far."""
        return reports_of(self.journal, self.state, USER)

    def placed(self) -> list[tuple[Order | Request, int | None]]:
        """Return what was recorded, with the feed message that each was sent for."""
        placed: list[tuple[Order | Request, int | None]] = []
        for payload in self.journal.payloads:
            record = decode_record(payload)
            if isinstance(record, OrderRecord):
                placed.append((record.order, record.cause))
            elif isinstance(record, RequestRecord):
                placed.append((record.request, record.cause))
        return placed

    def _open(self) -> None:
        self._known = KnownOrders(self.state, self.journal.read)
        self.accounts = Accounts(self._model, self._open_tape, self._known)
        self.accounts.current_session = self.tape.session_id

    def _open_tape(self, session_id: str) -> MemoryTape | None:
        return self.tape if session_id == self.tape.session_id else None

    def _judgement(self) -> Judgement:
        return Judgement(self._known, RULES, self.accounts, NOW_NS)

    def _act_fields(self) -> dict[str, Any]:
        return {"time_ns": NOW_NS, "user": USER, "feed_session": self.tape.session_id}

    def _commit(self, batch: Batch) -> None:
        assert not batch.unavailable, batch.unavailable
        assert not batch.unrecordable, batch.unrecordable
        commit(self.state, batch.judged, self.journal.append(batch.records))
