"""The order manager's part of a backtest: requests of one user → journal, account and reports.

The rule is that of the daemon's settler: judge, append, commit. There is no client to wait for, so
what a call was given is in the journal when it returns.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.configs.durability import Durability
from tradestack.configs.order_manager import ORDERS_PER_SESSION_MAX, OrderManagerConfig
from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import Report
from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import ENTROPY_BYTES
from tradestack.sessions.order_session import OrderSession, first_header
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.account.account import Account
from tradestack.trading.accounts import Accounts
from tradestack.trading.execution.model import ExecutionKind
from tradestack.trading.judging.all_users import judge_all_users
from tradestack.trading.judging.decisions import (
    Batch,
    JudgedExecution,
    JudgedMalformed,
    JudgedOrder,
    Malformed,
    Message,
    Received,
)
from tradestack.trading.judging.judge import judge
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.upkeep import keep_up
from tradestack.trading.rules import Rules
from tradestack.trading.session.session_counters import Counters
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import Progress
from tradestack.wire.orders import (
    ClientMessage,
    InvalidOrder,
    decode_client_message,
    decode_server_message,
    encode_message,
)


@dataclass(slots=True)
class LocalSender:
    """The strategy of the same process, as the sender of its messages."""

    user: str
    session_id: str

    def send_unsequenced(self, payload: bytes) -> None:
        """Send nothing: what a call has led to is in its result."""


class OrderDesk:
    """Judges what one user sends, executes it on one tape, and journals both.

    There is one order session, however many orders it has: no other user's share is protected.
    """

    def __init__(
        self, directory: Path, config: OrderManagerConfig, tape: FeedTape, user: str, clock: Clock
    ) -> None:
        """Begin the order session. Raises OSError, OperatorFault."""
        entropy = int.from_bytes(os.urandom(ENTROPY_BYTES))
        self._session = OrderSession.begin(
            directory, first_header(clock.wall_ns(), entropy, 1, None)
        )
        self._known = self._session.known
        self._rules = Rules(
            limits=config.risk_limits,
            reports_per_session_max=ORDERS_PER_SESSION_MAX,
            uid=os.getuid(),
        )
        self._tape = tape
        self._key = user, tape.session_id
        self._sender = LocalSender(user, self._session.id)
        self._clock = clock
        self._accounts = self._accounts_of(config)

    def _accounts_of(self, config: OrderManagerConfig) -> Accounts | None:
        """Return the accounts, of which there will be one; None if nothing executes orders."""
        model = config.execution.execution_model
        if model.kind is ExecutionKind.NONE:
            return None
        accounts = Accounts(model, self._open_tape, self._known)
        accounts.opening = config.execution.account
        accounts.current_session = self._tape.session_id
        return accounts

    def _open_tape(self, feed_session: str) -> FeedTape | None:
        return self._tape if feed_session == self._tape.session_id else None

    @property
    def counters(self) -> Counters:
        """What was counted so far."""
        return self._known.state.counters

    @property
    def account(self) -> Account | None:
        """The user's account, once it has begun."""
        return None if self._accounts is None else self._accounts.in_memory(self._key)

    @property
    def matched_through(self) -> int | None:
        """The number of the newest message that the account has met; None without an account."""
        account = self.account
        return None if account is None else account.state.matched_through

    def hold(self, batch: TickBatch) -> None:
        """Have the newest messages at hand, which are on the tape."""
        self._tape.hold(batch.first_sequence, batch.records)

    def settle(self, messages: Sequence[ClientMessage]) -> Batch:
        """Judge, journal and commit messages that were sent together, in this order.

        Raises OSError, ProtocolError, OperatorFault.
        """
        self._tape.look()
        time_ns = self._clock.wall_ns()
        received = [self._received(message, time_ns) for message in messages]
        batch = judge(self._known, received, self._rules, self._accounts, time_ns)
        self._record(batch)
        return batch

    def keep_up(self, last: int | None = None) -> None:
        """Do what becomes due with time; last: of the feed session's messages, None: it goes on."""
        if self._accounts is None:
            return
        self._tape.look()
        judgement = Judgement(self._known, self._rules, self._accounts, self._clock.wall_ns())
        account = judgement.account(*self._key)
        if account is not None:
            keep_up(judgement, account, last)
        judge_all_users(judgement)
        self._record(judgement.batch)

    def end(self, last: int) -> None:
        """Let the account meet the rest of the feed session, and end it."""
        progress = Progress(feed_session=self._tape.session_id, feed_seq=last)
        while True:
            self.settle([progress])
            matched = self.matched_through
            if matched is None or matched >= last:
                break
        self.keep_up(last)

    def close(self) -> None:
        """Close the journal."""
        self._session.close()

    def _received(self, message: ClientMessage, time_ns: int) -> Received:
        """Message → the same as a daemon has it, which knows only its JSON."""
        payload = encode_message(message)
        decoded: Message
        try:
            decoded = decode_client_message(payload)
        except InvalidOrder as invalid:
            decoded = Malformed(invalid.text, invalid.cl_ord_id, invalid.msg_type)
        return Received(self._sender, time_ns, payload, decoded)

    def _record(self, batch: Batch) -> None:
        """Journal and commit a batch, of which nothing may be left out."""
        for _, error in [*batch.unreadable, *batch.unavailable, *batch.unrecordable]:
            raise error
        if batch.excess or batch.excess_malformed:
            problem = f"has {self._known.state.reports_count:,} reports, and no room for more"
            raise OperatorFault(str(self._session.journal.path), problem, "test a shorter time")
        if batch.judged:
            self._session.settle(batch, Durability.OS)


def reports_in(batch: Batch) -> Iterator[Report]:
    """Yield the reports of a batch, as a client would receive them."""
    for judged in batch.judged:
        if isinstance(judged, JudgedExecution):
            yield judged.report
        elif isinstance(judged, JudgedOrder | JudgedMalformed):
            # The report is the end of the record, before its closing brace.
            report = decode_server_message(judged.record[-1 - judged.report_length : -1])
            assert isinstance(report, Report), "an order is answered by a report"
            yield report
