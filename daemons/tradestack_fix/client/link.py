"""One client's FIX session on one connection, from its accepted logon to its end.

    CHECKING ──order manager accepts the login──► ACTIVE ──logout, loss, fault──► OVER
        └────────────────refused, away─────────────────────────────────────────────▲

What it keeps is in the client's file of numbers; a later logon begins there, whatever ended this.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.observe.events import CLIENT_LEFT, CLIENT_LOGGED_IN, PROTOCOL_VIOLATION, Event
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack_fix.client.connection import Connection
from tradestack_fix.client.desk import UNCONFIRMED_MAX, Desk, Waiting
from tradestack_fix.client.farewell import farewell
from tradestack_fix.client.number_file import NUMBER_FAULTS, RECORDS_MAX, NumberFile
from tradestack_fix.client.opened_numbers import close_numbers, open_numbers
from tradestack_fix.client.receiver import Receiver
from tradestack_fix.client.sender import Sender
from tradestack_fix.client.states import State
from tradestack_fix.client.surroundings import Surroundings
from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import Garbled
from tradestack_fix.codec.message import Field, Parties
from tradestack_fix.mapping.reports import Asked, one_line, status_message
from tradestack_fix.session.beginning import RESET_REMEDY
from tradestack_fix.session.liveness import Due, Liveness
from tradestack_fix.session.logon import NOT_AUTHORISED, LogonRefused, LogonRequest

GARBLED_MAX = 100  # of one connection: then it is a broken program, or no FIX at all
NOT_TAKEN_TEXT = "the order session has ended: it was not taken"

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
        self._file: NumberFile | None = None
        self._sender: Sender | None = None
        self._receiver: Receiver | None = None
        self._garbled = 0
        interval_ns = request.heart_bt_int_s * NANOSECONDS_PER_SECOND
        self._liveness = Liveness(interval_ns, shared.clock.monotonic_ns())
        connection.owner = self
        connection.hold("logon")
        make_client = partial(shared.make_client, request)
        self._desk = Desk(make_client, shared.spawn, self, shared.token)

    # ---- for the server ----------------------------------------------------------------------

    @property
    def facts(self) -> Mapping[str, object]:
        """What people see of it."""
        return {
            "user": self.request.user,
            "state": self.state.value,
            "reports": 0 if self._sender is None else self._sender.sent,
            "next_number": 0 if self._sender is None else self._sender.next_number,
            "expected": 0 if self._receiver is None else self._receiver.expected,
            "unconfirmed": self._desk.unconfirmed,
            "outgoing_bytes": self.connection.outgoing_bytes,
        }

    def beat(self, now_ns: int) -> None:
        """Send what is due at this monotonic time."""
        if self.state is not State.ACTIVE or self._sender is None:
            return
        self._desk.ask()
        if self.connection.is_held:
            self._liveness.received(now_ns)  # the client may have sent something
        due = self._liveness.due(now_ns)
        if due is Due.GONE:
            self.leave("no answer to a TestRequest")
        elif due is not None and not self._sender.is_repeating:
            fields = [(tags.TEST_REQ_ID, str(now_ns))] if due is Due.TEST_REQUEST else []
            msg_type = tags.TEST_REQUEST if due is Due.TEST_REQUEST else tags.HEARTBEAT
            self.send(msg_type, fields)

    def leave(self, reason: str) -> None:
        """Send a Logout with the reason, and end; a logon that is not accepted yet is refused."""
        if self.state is State.ACTIVE and self.connection.is_open:
            self.send(tags.LOGOUT, [(tags.TEXT, reason)])
        if self.state is not State.OVER:
            self._end(reason, is_refused=self.state is State.CHECKING)

    @property
    def next_number(self) -> int:
        """The number of the next message."""
        assert self._sender is not None
        return self._sender.next_number

    # ---- for the receiver --------------------------------------------------------------------

    @property
    def safe(self) -> int:
        """The client's next number, as far as the order manager has its messages."""
        assert self._receiver is not None
        oldest = self._desk.oldest
        return self._receiver.expected if oldest is None else oldest

    @property
    def desk(self) -> Desk:
        """Where orders are entered."""
        return self._desk

    def send(self, msg_type: str, fields: list[Field]) -> None:
        """Send a message that is no report; without its number being kept, end instead."""
        if self.state is not State.ACTIVE:
            return  # it has ended meanwhile, and another logon may have its file
        assert self._sender is not None
        assert self._file is not None
        try:
            self._sender.other(msg_type, fields, self.safe)
        except NUMBER_FAULTS as fault:
            self._lose_numbers(fault)
            return
        self._liveness.sent(self._shared.clock.monotonic_ns())
        if self._file.records >= RECORDS_MAX and msg_type != tags.LOGOUT:
            self.leave(f"this FIX session has too many messages: {RESET_REMEDY}")

    def leave_as_asked(self) -> None:
        """Answer the client's Logout, and end."""
        self.send(tags.LOGOUT, [])
        if self.state is State.ACTIVE:
            self._end("logged out")

    def repeat(self, first_number: int, last_number: int) -> None:
        """Send numbers again."""
        assert self._sender is not None
        report = self._sender.repeat(first_number, last_number)
        if report is not None:
            self.connection.hold("repetition")
            self._rewind(report)

    def hold_if_full(self) -> None:
        """Read the client later, while much of what it sent is not confirmed."""
        if self._desk.unconfirmed >= UNCONFIRMED_MAX:
            self.connection.hold("desk")

    # ---- the connection's owner ----------------------------------------------------------------

    def on_body(self, body: bytes) -> None:
        if self._receiver is not None and self.state is State.ACTIVE:
            self._liveness.received(self._shared.clock.monotonic_ns())
            self._shared.counters.messages_received += 1
            self._receiver.take(body)

    def on_garbled(self, reason: Garbled) -> None:
        self._shared.counters.messages_garbled += 1
        self._garbled += 1
        self._log(PROTOCOL_VIOLATION, reason=reason.value)
        if reason is Garbled.VERSION or self._garbled >= GARBLED_MAX:
            self.leave(f"garbled: {reason.value}")

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
        if self.state is State.CHECKING:
            self._on_accepted(self)
            try:
                self._begin()
            except LogonRefused as refused:
                self.leave(str(refused))
            except NUMBER_FAULTS as fault:
                self._lose_numbers(fault)

    def on_report(self, number: int, report: Report | None) -> None:
        if self._sender is not None and self.state is State.ACTIVE:
            self._liveness.sent(self._shared.clock.monotonic_ns())
            try:
                if self._sender.report(number, report):
                    self._sender.end_repetition(self.safe)
                    self.connection.release("repetition")
            except NUMBER_FAULTS as fault:
                self._lose_numbers(fault)

    def on_status(self, report: ExecutionReport, asked: Asked) -> None:
        msg_type, fields = status_message(report, asked)
        self.send(msg_type, fields)

    def on_not_taken(self, reject: BusinessMessageReject, waiting: Waiting) -> None:
        if self._receiver is not None:
            self._receiver.not_available(waiting, one_line(reject.text))

    def on_confirmed(self) -> None:
        if self._desk.unconfirmed < UNCONFIRMED_MAX:
            self.connection.release("desk")

    def on_desk_closed(self, reason: str) -> None:
        self.leave(reason)

    def on_login_rejected(self) -> None:
        is_new = self.state is State.CHECKING
        self.leave(NOT_AUTHORISED if is_new else "the password is not valid any more")

    def on_order_session_ended(self, not_taken: list[Waiting]) -> None:
        if self._receiver is not None:
            for waiting in not_taken:
                self._receiver.not_available(waiting, NOT_TAKEN_TEXT)
        self.leave(f"the order session has ended: {RESET_REMEDY}")

    # ---- inside ------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Answer the logon. Raises LogonRefused, NUMBER_FAULTS."""
        shared, request, desk = self._shared, self.request, self._desk
        head = desk.received
        opened = open_numbers(shared, request, desk.session_id, head)
        self._file = opened.file
        self._receiver = Receiver(self, self._parties, opened.expected, shared)
        self._sender = Sender(
            self.connection,
            self._parties,
            opened.file,
            shared.clock,
            shared.counters,
            sent=opened.sent,
            repeated_through=opened.repeated_through,
        )
        self.state = State.ACTIVE
        self._answer()
        self._receiver.ask_if_missing(request.number)
        if opened.sent < head and self.connection.is_open:  # else it has ended meanwhile
            self._rewind(opened.sent + 1)
        self.connection.release("logon")

    def _lose_numbers(self, fault: Exception) -> None:
        if self._shared.lines.take(self.request.user):
            logger.error("numbers of %s cannot be kept: %s", self.request.comp_id, fault)
        self._end("numbers cannot be kept", is_refused=self.state is State.CHECKING)

    def _rewind(self, report: int) -> None:
        """Have the reports from that one on again; until then the desk takes no orders."""
        self.connection.hold("rewind")
        self._desk.rewind(report)

    def _answer(self) -> None:
        request, shared = self.request, self._shared
        fields = [(tags.ENCRYPT_METHOD, "0"), (tags.HEART_BT_INT, str(request.heart_bt_int_s))]
        if request.resets:
            fields.append((tags.RESET_SEQ_NUM_FLAG, tags.YES))
        shared.counters.logons += 1
        self._log(CLIENT_LOGGED_IN)
        self.send(tags.LOGON, fields)

    def _end(self, reason: str, *, is_refused: bool = False) -> None:
        assert self.state is not State.OVER
        self.state, self.was_refused = State.OVER, is_refused
        if self._file is not None:
            close_numbers(self._file, self.safe if self._receiver else None, self._shared.lines)
        self._desk.close()
        self._on_over(self, reason)
        now_ns = self._shared.clock.wall_ns()
        if is_refused:
            self.connection.send(farewell(self._parties, now_ns, reason))
        self.connection.leave()
        if not is_refused:
            self._log(CLIENT_LEFT, reason=reason)

    def _log(self, event: Event, **fields: str) -> None:
        request = self.request
        names = {"client": request.comp_id, "user": request.user}
        self._shared.lines.emit(logger, event, origin=request.user, **names, **fields)
