"""One client's FIX session on one connection, from its accepted logon to its end.

    CHECKING ──order manager accepts the login──► ACTIVE ──logout, loss, fault──► OVER
        └────────────────refused, away─────────────────────────────────────────────▲

What it keeps is in the client's file of numbers; a later logon begins there, whatever ended this.
Numbers of an order session that has ended are good for the rest of its reports, and no more.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.observe.events import CLIENT_LEFT, CLIENT_LOGGED_IN, Event
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack_fix.client.connection import Connection
from tradestack_fix.client.desk import UNCONFIRMED_MAX, Desk, Waiting
from tradestack_fix.client.farewell import farewell
from tradestack_fix.client.garbling import Garbling
from tradestack_fix.client.heart import Heart
from tradestack_fix.client.number_file import NUMBER_FAULTS, RECORDS_MAX
from tradestack_fix.client.opened_session import (
    NOTHING_SENT,
    OpenedSession,
    earlier_session,
    forget_numbers,
    open_session,
)
from tradestack_fix.client.receiver import NOT_TAKEN_TEXT
from tradestack_fix.client.session_end import SessionEnd
from tradestack_fix.client.states import State
from tradestack_fix.client.surroundings import Surroundings
from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import Garbled
from tradestack_fix.codec.message import Field, Parties
from tradestack_fix.mapping.reports import Asked, one_line, status_message
from tradestack_fix.session.beginning import RESET_REMEDY
from tradestack_fix.session.logon import NOT_AUTHORISED, LogonRefused, LogonRequest, logon_answer

logger = logging.getLogger(__name__)


class Link:
    """A FIX session; the owner of its connection and of its desk."""

    def __init__(
        self,
        connection: Connection,
        request: LogonRequest,
        shared: Surroundings,
        on_accepted: Callable[["Link"], None],
        on_over: Callable[["Link", str], None],
    ) -> None:
        """Begin to check the logon.

        on_accepted: is told that the password is right, before anything of the client's is touched;
        on_over: when and why it has ended.
        """
        self.request = request
        self.state = State.CHECKING
        self.was_refused = False
        self.connection = connection
        self._shared = shared
        self._on_accepted = on_accepted
        self._on_over = on_over
        self._parties = Parties(sender=shared.comp_id, target=request.comp_id)
        self._earlier_session = ""  # whose rest the client gets
        self._opened: OpenedSession | None = None
        self._garbling = Garbling(self, shared.counters)
        self._session_end = SessionEnd(self, shared.clock)
        self._heart = Heart(self, request.heart_bt_int_s, shared.clock)
        connection.owner = self
        connection.hold("logon")
        self._desk = Desk(partial(shared.make_client, request), shared.spawn, self, shared.token)

    # ---- for the server ----------------------------------------------------------------------

    @property
    def facts(self) -> Mapping[str, object]:
        """What people see of it."""
        return {
            "user": self.request.user,
            "state": self.state.value,
            **(NOTHING_SENT if self._opened is None else self._opened.facts),
            "unconfirmed": self._desk.unconfirmed,
            "outgoing_bytes": self.connection.outgoing_bytes,
        }

    def beat(self, now_ns: int) -> None:
        """Send what is due at this monotonic time."""
        if self.state is not State.ACTIVE:
            return
        is_repeating = self._session.sender.is_repeating
        self._desk.ask()
        if self.connection.is_held:
            self._heart.received()  # the client may have sent something
        elif not is_repeating:
            self._session_end.beat(now_ns)
        self._heart.beat(now_ns, is_repeating=is_repeating)

    def leave(self, reason: str) -> None:
        """Send a Logout with the reason, and end; a logon that is not accepted yet is refused."""
        if self.state is State.ACTIVE and self.connection.is_open:
            self.send(tags.LOGOUT, [(tags.TEXT, reason)])
        if self.state is not State.OVER:
            self._end(reason, is_refused=self.state is State.CHECKING)

    @property
    def next_number(self) -> int:
        """The number of the next message."""
        return self._session.sender.next_number

    # ---- for the receiver --------------------------------------------------------------------

    @property
    def safe(self) -> int:
        """The client's next number, as far as the order manager has its messages."""
        oldest = self._desk.oldest
        return self._session.receiver.expected if oldest is None else oldest

    @property
    def desk(self) -> Desk:
        """Where orders are entered."""
        return self._desk

    def send(self, msg_type: str, fields: list[Field]) -> None:
        """Send a message that is no report; without its number being kept, end instead."""
        if self.state is not State.ACTIVE:
            return  # it has ended meanwhile, and another logon may have its file
        session = self._session
        try:
            session.sender.other(msg_type, fields, self.safe)
        except NUMBER_FAULTS as fault:
            self._lose_numbers(fault)
            return
        self._heart.sent()
        if session.file.records >= RECORDS_MAX and msg_type != tags.LOGOUT:
            self.leave(f"this FIX session has too many messages: {RESET_REMEDY}")

    def leave_as_asked(self) -> None:
        """Answer the client's Logout, and end."""
        self.send(tags.LOGOUT, [])
        if self.state is State.ACTIVE:
            self._end("logged out")

    def repeat(self, first_number: int, last_number: int) -> None:
        """Send numbers again."""
        report = self._session.sender.repeat(first_number, last_number)
        if report is None:
            self._session_end.repeated()
        else:
            self.connection.hold("repetition")
            self._rewind(report)

    def answered(self, test_req_id: str) -> None:
        """Handle the answer to a TestRequest: it may say that the client has all reports."""
        self._session_end.answered(test_req_id)

    def forget_numbers(self) -> None:
        """Remove the numbers: they are of no use any more."""
        forget_numbers(self._shared, self.request.comp_id)

    def hold_if_full(self) -> None:
        """Read the client later, while much of what it sent is not confirmed."""
        if self._desk.unconfirmed >= UNCONFIRMED_MAX:
            self.connection.hold("desk")

    def log(self, event: Event, **fields: str) -> None:
        """Write a log entry about the client."""
        request = self.request
        names = {"client": request.comp_id, "user": request.user}
        self._shared.lines.emit(logger, event, origin=request.user, **names, **fields)

    # ---- the connection's owner ----------------------------------------------------------------

    def on_body(self, body: bytes) -> None:
        if self.state is State.ACTIVE:
            self._heart.received()
            self._shared.counters.messages_received += 1
            self._session.receiver.take(body)

    def on_garbled(self, reason: Garbled) -> None:
        self._garbling.note(reason, self._session.receiver.expected)

    def on_full(self) -> None:
        self._desk.pause()

    def on_room(self) -> None:
        self._desk.resume()

    def on_lost(self) -> None:
        if self.state is not State.OVER:
            self._end("connection lost")

    # ---- the desk's owner ----------------------------------------------------------------------

    def on_desk_ready(self) -> None:
        self.connection.release("rewind")
        if self.state is not State.CHECKING or self._earlier_session:
            return
        self._on_accepted(self)
        self._earlier_session = earlier_session(self._shared, self.request, self._desk.session_id)
        if self._earlier_session:
            self._desk.find_end(self._earlier_session)
        else:
            self._begin()

    def on_report(self, number: int, report: Report | None) -> None:
        if self.state is State.ACTIVE:
            sender = self._session.sender
            self._heart.sent()
            try:
                if sender.report(number, report):
                    sender.end_repetition(self.safe)
                    self._session_end.repeated()
                    self.connection.release("repetition")
            except NUMBER_FAULTS as fault:
                self._lose_numbers(fault)

    def on_status(self, report: ExecutionReport, asked: Asked) -> None:
        self.send(*status_message(report, asked))

    def on_not_taken(self, reject: BusinessMessageReject, waiting: Waiting) -> None:
        if self._opened is not None:
            self._opened.receiver.not_available(waiting, one_line(reject.text))

    def on_confirmed(self) -> None:
        if self._desk.unconfirmed < UNCONFIRMED_MAX:
            self.connection.release("desk")
        if self._opened is not None:
            self._opened.receiver.confirmed()

    def on_desk_closed(self, reason: str) -> None:
        self.leave(reason)

    def on_login_rejected(self) -> None:
        is_new = self.state is State.CHECKING
        self.leave(NOT_AUTHORISED if is_new else "the password is not valid any more")

    def on_order_session_ended(self, not_taken: list[Waiting]) -> None:
        if self.state is State.CHECKING:
            self._begin()
        for waiting in not_taken:
            self._session.receiver.not_available(waiting, NOT_TAKEN_TEXT)
        self.on_confirmed()
        if self.state is State.ACTIVE:
            self._session_end.begin()

    # ---- inside ------------------------------------------------------------------------------

    @property
    def _session(self) -> OpenedSession:
        assert self._opened is not None, "the logon is not accepted yet"
        return self._opened

    def _begin(self) -> None:
        """Answer the logon."""
        shared, request, head = self._shared, self.request, self._desk.received
        order_session = self._desk.session_id, head
        try:
            opened = open_session(shared, request, self, self.connection, order_session)
        except LogonRefused as refused:
            self.leave(str(refused))
            return
        self._opened, self.state = opened, State.ACTIVE
        shared.counters.logons += 1
        self.log(CLIENT_LOGGED_IN)
        self.send(tags.LOGON, logon_answer(request))
        opened.receiver.ask_if_missing(request.number)
        if opened.sender.sent < head and self.connection.is_open:  # else it has ended meanwhile
            self._rewind(opened.sender.sent + 1)
        self.connection.release("logon")

    def _lose_numbers(self, fault: Exception) -> None:
        if self._shared.lines.take(self.request.user):
            logger.error("numbers of %s cannot be kept: %s", self.request.comp_id, fault)
        self._end("numbers cannot be kept")

    def _rewind(self, report: int) -> None:
        """Have the reports from that one on again; until then the desk takes no orders."""
        self.connection.hold("rewind")
        self._desk.rewind(report)

    def _end(self, reason: str, *, is_refused: bool = False) -> None:
        assert self.state is not State.OVER
        self.state, self.was_refused = State.OVER, is_refused
        if self._opened is not None:
            self._opened.close(self.safe, self._shared.lines)
        self._desk.close()
        self._on_over(self, reason)
        now_ns = self._shared.clock.wall_ns()
        if is_refused:
            self.connection.send(farewell(self._parties, now_ns, reason))
        self.connection.leave()
        if not is_refused:
            self.log(CLIENT_LEFT, reason=reason)
