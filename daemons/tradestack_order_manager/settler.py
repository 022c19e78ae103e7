"""The order path: the messages of one loop pass are judged, journalled, committed and answered.

`Settler.settle` is the ordering rule of the order manager, top to bottom: append → sync → commit →
answer → show. No order is answered before it is journalled, or shown before it is answered. Where
the journal is replicated, answer and show wait until the stream has stored it; later passes do not.
Messages are decoded as they arrive (one that is not JSON ends its connection only) and wait until
the end of the pass, which handles a bounded number of them (net/server/turns.py). All messages of a
pass have the time of the first.
"""

import asyncio
import errno
import logging
from collections.abc import Callable, Sequence

from tradestack.configs.durability import Durability
from tradestack.domain.clock import Clock
from tradestack.net.server.connection import Connection
from tradestack.runtime.process.end_process import end_process
from tradestack.runtime.process.fail_points import FailPoint, passed
from tradestack.sessions.order_session import OrderSession
from tradestack.trading.judging.decisions import (
    Batch,
    JudgedAct,
    JudgedExecution,
    Malformed,
    Message,
    Received,
)
from tradestack.trading.judging.judge import judge
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.repeats import is_in_journal
from tradestack.trading.rules import Rules
from tradestack.wire.orders import InvalidOrder, decode_client_message, encode_message
from tradestack_order_manager.accounts.execution import Execution
from tradestack_order_manager.availability import Availability
from tradestack_order_manager.order_statistics import OrderStatistics
from tradestack_order_manager.refusals import Refusals, not_available
from tradestack_order_manager.risk_events import RiskEvents
from tradestack_order_manager.sessions.order_sessions import OrderSessions
from tradestack_order_manager.show.log_place import LogPlace, newest_place
from tradestack_order_manager.show.order_display import OrderDisplay
from tradestack_order_manager.usage import Usage

# A message for a session that has ended must not be executed in the next one, where the client
# could not tell its report from that of another order.
SESSION_ENDED = "the order session has ended: log in to the current one"
SESSION_FULL = (
    "the order session is full (for this user's share of orders_per_session_max): "
    "another one begins by itself"
)
TOO_MANY_MALFORMED = "malformed messages of this user have used a tenth of orders_per_session_max"
ORDER_UNREADABLE = "the first use of this ClOrdID cannot be read from the order journal"
UNRECORDABLE = "no record of this message could be read again from the order journal"
REFUSED_BEFORE = "an earlier request was refused: send that one again first"
FEED_MESSAGE_MISSING = "the feed message that it names cannot be read from the feed log"

_UNASKED = (JudgedExecution, JudgedAct)  # decisions that no message has asked for alone

logger = logging.getLogger(__name__)


class Settler:
    """Settles the messages of each loop pass together.

    answer: sends new reports to the clients that are up to date. rules: limits that orders are
    checked against. durability: DISK syncs what is appended before it is answered. A reload
    replaces these two. when_kept: calls a function when all that is journalled so far may be
    answered; None: that is at once.
    """

    def __init__(
        self,
        *,
        sessions: OrderSessions,
        display: OrderDisplay,
        availability: Availability,
        usage: Usage,
        statistics: OrderStatistics,
        durability: Durability,
        rules: Rules,
        execution: Execution,
        risk_events: RiskEvents,
        answer: Callable[[], None],
        when_kept: Callable[[Callable[[], None]], None] | None,
        clock: Clock,
    ) -> None:
        self.durability = durability
        self.rules = rules
        self._sessions = sessions
        self._display = display
        self._availability = availability
        self._usage = usage
        self._statistics = statistics
        self._execution = execution
        self._risk_events = risk_events
        self._answer = answer
        self._when_kept = when_kept
        self._clock = clock
        self._refusals = Refusals()
        self._received: list[Received] = []
        self._received_ns = 0  # of the first of them, monotonic clock
        self._time_ns = 0  # and wall clock

    def unsequenced_received(self, connection: Connection, payload: bytes) -> None:
        """Decode one message, to be settled at the end of the pass; raise ProtocolError."""
        message: Message
        try:
            message = decode_client_message(payload)
        except InvalidOrder as invalid:
            connection.count_malformed()
            message = Malformed(invalid.text, invalid.cl_ord_id, invalid.msg_type)
        if not self._received:
            self._received_ns = self._clock.monotonic_ns()
            self._time_ns = self._clock.wall_ns()
            asyncio.get_running_loop().call_soon(self.settle)
        self._received.append(Received(connection, self._time_ns, payload, message))

    def settle(self) -> None:
        """Judge, append, sync, commit, answer and show, in this order, all messages that wait."""
        session = self._sessions.current
        accounts = self._execution.accounts_of(session.known)
        received = self._admissible(self._take_received(session), session)
        if received:
            passed(FailPoint.ORDER_MANAGER_RECEIVED)
            batch = judge(session.known, received, self.rules, accounts, self._time_ns)
            self._record(batch, session)

    def pass_time(self, upkeep: Callable[[Judgement], None]) -> None:
        """Settle what waits, then record what the passing of time does to accounts."""
        self.settle()
        if self._execution.is_executing and self._availability.is_writable:
            self._decide(upkeep)

    def decide(self, act: Callable[[Judgement], None]) -> None:
        """Settle what waits, then record an operator's act; raise OSError."""
        self.settle()
        self._availability.check()
        self._decide(act)
        if self._availability.fault is not None:
            raise OSError(errno.EIO, self._availability.fault)

    def _decide(self, act: Callable[[Judgement], None]) -> None:
        """Record what an act leads to."""
        session = self._sessions.current
        accounts = self._execution.accounts_of(session.known)
        self._received_ns, time_ns = self._clock.monotonic_ns(), self._clock.wall_ns()
        judgement = Judgement(session.known, self.rules, accounts, time_ns)
        act(judgement)
        if judgement.batch.judged:
            self._record(judgement.batch, session)
        else:
            self._execution.forget(judgement.batch.spoiled)

    def _admissible(
        self, received: Sequence[Received], session: OrderSession
    ) -> Sequence[Received]:
        """Refuse messages while the journal cannot be written, except those that are in it."""
        if not received or self._availability.is_writable:
            return received
        known = session.known
        again: list[Received] = []
        others: list[Received] = []
        for item in received:
            (again if is_in_journal(known, item) else others).append(item)
        self._refuse(others, f"orders cannot be journalled: {self._availability.fault}")
        return again

    def _record(self, batch: Batch, session: OrderSession) -> None:
        """Append, sync, commit, answer and show the decisions of a batch."""
        self._statistics.count_duplicates(batch.duplicates)
        try:
            passed(FailPoint.ORDER_MANAGER_JUDGED)
            session.settle(batch, self.durability)
            self._execution.committed(batch)
        except OSError as error:  # nothing was appended, so nothing is remembered
            self._availability.note_failed(error, session.id)
            self._execution.forget(batch.touched)
            fault = f"orders cannot be journalled: {error.strerror}"
            self._refuse(received_of(batch), fault)
        except BaseException as fault:
            end_process("between journal and state", fault)
        else:
            passed(FailPoint.ORDER_MANAGER_JOURNALLED)
            unsequenced = self._unsequenced(batch, session)
            if self._when_kept is None:
                self._answer_kept(batch, session, unsequenced, None, self._received_ns)
            else:
                place, received_ns = newest_place(session), self._received_ns
                self._when_kept(
                    lambda: self._answer_kept(batch, session, unsequenced, place, received_ns)
                )
        self._refuse_unrecorded(batch, session)

    def _answer_kept(
        self,
        batch: Batch,
        session: OrderSession,
        unsequenced: Sequence[tuple[Received, bytes]],
        place: LogPlace | None,
        received_ns: int,
    ) -> None:
        """Answer and show what is journalled up to that place and may be answered."""
        journalled_ns = self._clock.monotonic_ns()
        self._answer()
        self._answer_beside(unsequenced)
        passed(FailPoint.ORDER_MANAGER_REPORTED)
        self._statistics.count_answered(len(batch.judged), journalled_ns)
        self._show(batch, session, place, received_ns, journalled_ns)

    def _answer_beside(self, answers: Sequence[tuple[Received, bytes]]) -> None:
        """Send the unsequenced answers, or refuse if they may no longer be true."""
        if answers and not self._availability.is_writable:
            self._answer_refused([item for item, _ in answers], str(self._availability.fault))
        else:
            for item, message in answers:
                item.sender.send_unsequenced(message)

    def _take_received(self, session: OrderSession) -> list[Received]:
        """Take what waits; refuse the messages of connections whose order session has ended."""
        received, self._received = self._execution.readable(self._received), []
        expired, self._execution.waiting.expired = self._execution.waiting.expired, []
        self._refuse(expired, FEED_MESSAGE_MISSING)
        session_id = session.id
        ended = [item for item in received if item.sender.session_id != session_id]
        if ended:
            self._refuse(ended, SESSION_ENDED)
            received = [item for item in received if item.sender.session_id == session_id]
        admitted, held = self._refusals.admit(received)
        self._answer_refused(held, REFUSED_BEFORE)
        return admitted

    def _unsequenced(self, batch: Batch, session: OrderSession) -> list[tuple[Received, bytes]]:
        """Return the unsequenced answers, which are true now that the batch is journalled."""
        answers = [(item, encode_message(report)) for item, report in batch.answers]
        for item, key in batch.progressed:
            matched = self._execution.matched_through(key, session.known)
            if matched is not None:
                answers.append((item, encode_message(matched)))
        return answers

    def _show(
        self,
        batch: Batch,
        session: OrderSession,
        place: LogPlace | None,
        received_ns: int,
        journalled_ns: int,
    ) -> None:
        if batch.judged:
            self._statistics.count_settled(
                len(batch.judged), len(batch.orders), received_ns, journalled_ns
            )
            self._availability.note_written(session.id)
            self._display.show(batch, session, place)
            self._risk_events.show(batch, journalled_ns)

    def _refuse_unrecorded(self, batch: Batch, session: OrderSession) -> None:
        if batch.excess:
            self._usage.note_refused(session, [item.sender.user for item in batch.excess])
            self._refuse(batch.excess, SESSION_FULL)
        if batch.excess_malformed:
            self._usage.note_malformed(item.sender.user for item in batch.excess_malformed)
            self._refuse(batch.excess_malformed, TOO_MANY_MALFORMED)
        for item, unreadable in batch.unreadable:
            logger.error("a ClOrdID of %s cannot be compared: %s", item.sender.user, unreadable)
            self._refuse([item], ORDER_UNREADABLE)
        for item, unavailable in batch.unavailable:
            self._execution.unavailable.note((item.sender.user, ""), unavailable)
            self._refuse([item], str(unavailable))
        for item, problem in batch.unrecordable:
            logger.error("a message of %s cannot be journalled: %s", item.sender.user, problem)
            self._refuse([item], UNRECORDABLE)

    def _refuse(self, refused: Sequence[Received], text: str) -> None:
        """Answer that the messages have left no trace; those after them wait for them."""
        self._refusals.note(refused)
        self._answer_refused(refused, text)

    def _answer_refused(self, refused: Sequence[Received], text: str) -> None:
        """Answer that the messages have left no trace, so they may be sent again."""
        for item in refused:
            item.sender.send_unsequenced(encode_message(not_available(item.message, text)))
        self._statistics.count_refused(len(refused))


def received_of(batch: Batch) -> list[Received]:
    """Return the messages that a batch has decided on."""
    return [judged.received for judged in batch.judged if not isinstance(judged, _UNASKED)]
