"""One client's way to the order manager: what was entered, until the order manager has it.

What is entered waits in a queue until a later question on the same connection is answered: the
order manager handles a connection's messages in their order, so by then it has them. After a
reconnect everything in the queue is sent again, under its ClOrdID, and has effect once. The oldest
number in the queue is from where a client is asked again, should this process die.

A refusal may come behind the answer to a question of the same pass, but before that to the next
question: the queue keeps what one question was about until the next one is answered.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import ExecType
from tradestack.domain.requests import OrderStatusRequest
from tradestack.net.client.login import LoginRejected, NotReached, SequenceHole
from tradestack.net.client.order_client import OrderClient
from tradestack.net.client.order_listener import OrderListener
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import BusinessMessageReject, MatchedThrough, Registered
from tradestack.wire.orders import ServerMessage
from tradestack_fix.mapping.reports import Asked
from tradestack_fix.mapping.requests import Entered
from tradestack_fix.session.beginning import RESET_REMEDY

# Messages of one client that the order manager may still have to confirm; then it is not read.
UNCONFIRMED_MAX = 256
REPLACED = "the user has logged in by another connection"
QUESTION_AFTER = 64  # messages; fewer wait for the next beat


@dataclass(slots=True)
class Waiting:
    """A message that the order manager may not have."""

    number: int  # of the client's message
    message: Entered
    asked: Asked | None = None  # of an OrderStatusRequest
    was_sent_before: bool = False  # says the client: it may have been taken then
    is_answered: bool = False


class DeskOwner(Protocol):
    """The FIX session that a desk belongs to."""

    def on_desk_ready(self) -> None:
        """Handle a login at the order manager."""

    def on_report(self, number: int, report: Report | None) -> None:
        """Handle a report by its number in the stream; None: it is none of FIX's."""

    def on_status(self, report: ExecutionReport, asked: Asked) -> None:
        """Handle the answer to an OrderStatusRequest."""

    def on_not_taken(self, reject: BusinessMessageReject, waiting: Waiting) -> None:
        """Handle that the order manager could not take a message."""

    def on_confirmed(self) -> None:
        """Handle that the queue is shorter."""

    def on_desk_closed(self, reason: str) -> None:
        """Handle that the order manager will not be reached by this desk any more."""

    def on_login_rejected(self) -> None:
        """Handle that the order manager does not accept user and password."""

    def on_order_session_ended(self, not_taken: list[Waiting]) -> None:
        """Handle the end of the order session, and what it has not taken."""


class Desk(OrderListener):
    """The orders of one client.

    make_client(session id, sequence): a client of the order manager from that report on; 0: from
    the next one on. spawn: starts a task whose fault ends the process.
    """

    def __init__(
        self,
        make_client: Callable[[str, int], OrderClient],
        spawn: Callable[[Coroutine[object, object, None], str], "asyncio.Task[None]"],
        owner: DeskOwner,
        token: str,
    ) -> None:
        self._make_client = make_client
        self._spawn = spawn
        self._owner = owner
        self._token = token
        self._queue: deque[Waiting] = deque()
        self._by_name: dict[str, Waiting] = {}
        self._questions = itertools.count(1)
        self._question: str | None = None  # that is not answered yet
        self._asked_through = 0  # the last message before it
        self._answered_through = 0  # the last one before the question that was answered last
        self.is_connected = False
        self.has_ended = False  # its order session
        self.session_id = ""  # of the order session
        self._received = 0
        self._client = make_client("", 0)
        self._task = self._start()

    # ---- for the FIX session -----------------------------------------------------------------

    @property
    def received(self) -> int:
        """The newest report that was handled; the last one, once the order session has ended."""
        return self._received if self.has_ended else self._client.received

    @property
    def unconfirmed(self) -> int:
        """How many messages wait."""
        return len(self._queue)

    @property
    def oldest(self) -> int | None:
        """The number of the oldest message that the order manager may not have."""
        return self._queue[0].number if self._queue else None

    def enter(
        self,
        number: int,
        message: Entered,
        asked: Asked | None = None,
        *,
        was_sent_before: bool = False,
    ) -> None:
        """Send a message to the order manager, at once or when it is back."""
        if isinstance(message, OrderStatusRequest):
            message = OrderStatusRequest(
                cl_ord_id=message.cl_ord_id, request_id=f"{self._token}s{number}"
            )
        waiting = Waiting(number, message, asked, was_sent_before)
        self._queue.append(waiting)
        self._by_name[_name_of(message)] = waiting
        self._client.send(message)
        if len(self._queue) >= QUESTION_AFTER:
            self.ask()

    def ask(self) -> None:
        """Ask whether the order manager has everything, if that is not known."""
        if self._question is None and self._queue and self.is_connected:
            self._question = f"{self._token}q{next(self._questions)}"
            self._asked_through = self._queue[-1].number
            # Whether there is an order of that name does not matter.
            question = OrderStatusRequest(cl_ord_id=self._question, request_id=self._question)
            self._client.send(question)

    def rewind(self, report: int) -> None:
        """Have the reports from that one on again."""
        self._follow(self.session_id, report)

    def find_end(self, session_id: str) -> None:
        """Have the end of an earlier order session."""
        self._follow(session_id, 0)

    def pause(self) -> None:
        """Receive nothing until `resume`."""
        self._client.pause_reading()

    def resume(self) -> None:
        """Receive again."""
        self._client.resume_reading()

    def close(self) -> None:
        """Log out."""
        self._task.cancel()
        self._client.disconnect()
        self._disconnected()

    # ---- the order client's listener -----------------------------------------------------------

    def on_connected(self) -> None:
        self.is_connected = True
        self.session_id = self._client.session_id
        for waiting in self._queue:
            if not waiting.is_answered:
                self._client.send(waiting.message)
        self.ask()
        self._owner.on_desk_ready()

    def on_message(self, message: ServerMessage) -> None:
        match message:
            case ExecutionReport(exec_type=ExecType.ORDER_STATUS):
                self._answered(message)
            case BusinessMessageReject():
                self._not_taken(message)
            case MatchedThrough():
                pass
            case Registered():
                self._owner.on_report(self._client.received + 1, None)
            case _:
                waiting = self._by_name.get(message.cl_ord_id)
                if waiting is not None:
                    waiting.is_answered = True
                self._owner.on_report(self._client.received + 1, message)

    def on_disconnected(self, close: Close) -> None:
        self._received = self._client.received
        self._disconnected()
        if close.reason is CloseReason.REPLACED:
            self._owner.on_desk_closed(REPLACED)

    def on_session_ended(self, session_id: str) -> None:  # noqa: ARG002
        not_taken = [waiting for waiting in self._queue if not waiting.is_answered]
        self._queue.clear()
        self.has_ended = True
        self.close()
        self._owner.on_order_session_ended(not_taken)

    def on_session_lost(self, session_id: str) -> None:
        self._owner.on_desk_closed(
            f"order session {session_id} is not served any more: {RESET_REMEDY}"
        )

    # ---- inside ------------------------------------------------------------------------------

    def _follow(self, session_id: str, report: int) -> None:
        self.close()
        self._client = self._make_client(session_id, report)
        self._task = self._start()

    def _start(self) -> "asyncio.Task[None]":
        return self._spawn(self._run(self._client), "fix order client")

    async def _run(self, client: OrderClient) -> None:
        try:
            await client.run(self)
        except LoginRejected:
            self._owner.on_login_rejected()
        except NotReached:
            self._owner.on_desk_closed("the order manager is away: try again later")
        except SequenceHole:
            self._owner.on_desk_closed("the order session has lost reports")

    def _disconnected(self) -> None:
        self.is_connected = False
        self._question = None
        self._answered_through = 0

    def _answered(self, report: ExecutionReport) -> None:
        request_id = report.status_request_id or ""
        if request_id == self._question:
            self._confirm()
            return
        waiting = self._by_name.get(request_id)
        if waiting is not None and waiting.asked is not None and not waiting.is_answered:
            waiting.is_answered = True
            self._owner.on_status(report, waiting.asked)

    def _not_taken(self, reject: BusinessMessageReject) -> None:
        if reject.business_reject_ref_id == self._question:
            self._confirm()
            return
        waiting = self._refused(reject)
        if waiting is not None:
            waiting.is_answered = True
            self._owner.on_not_taken(reject, waiting)

    def _refused(self, reject: BusinessMessageReject) -> Waiting | None:
        """Return what it is about; a status request is named by the order that it asks for."""
        for waiting in self._queue:
            name = type(waiting.message).__name__
            if (
                not waiting.is_answered
                and waiting.message.cl_ord_id == reject.business_reject_ref_id
                and (name == reject.ref_msg_type) == isinstance(waiting.message, OrderStatusRequest)
            ):
                return waiting
        return None

    def _confirm(self) -> None:
        """Take the answer to a question, which confirms what the one before was about."""
        self._question = None
        while self._queue and self._queue[0].number <= self._answered_through:
            waiting = self._queue.popleft()
            name = _name_of(waiting.message)
            if self._by_name.get(name) is waiting:
                del self._by_name[name]
        self._answered_through = self._asked_through
        if len(self._queue) >= QUESTION_AFTER:
            self.ask()
        self._owner.on_confirmed()


def _name_of(message: Entered) -> str:
    """Return what the order manager's answers have of it."""
    if isinstance(message, OrderStatusRequest):
        return message.request_id or ""
    return message.cl_ord_id
