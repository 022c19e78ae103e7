"""What one client sends, message by message: checked, numbered, handed to the desk or answered."""

from collections.abc import Callable, Mapping
from typing import Protocol

from tradestack.domain.clock import Clock
from tradestack.domain.order import Order
from tradestack.domain.requests import OrderStatusRequest
from tradestack_fix.client.counters import Counters
from tradestack_fix.client.desk import Desk, Waiting
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import (
    NUMBER_MAX,
    Field,
    Message,
    Parties,
    Refused,
    SessionRejectReason,
    Unnumbered,
    parse_message,
    shown,
)
from tradestack_fix.mapping.definitions import (
    DEFINITIONS,
    MESSAGE_TYPES,
    ORDER_ENTRY,
    check_fields,
)
from tradestack_fix.mapping.reports import Asked
from tradestack_fix.mapping.requests import MSG_TYPES, MissingByCondition, parse_request
from tradestack_fix.session.gap import Ask, Gap, not_come
from tradestack_fix.session.header import HeaderFault, check_header
from tradestack_fix.session.rules import Act, Kind, act_on, kind_of, too_low

UNSUPPORTED_MSG_TYPE, NOT_AVAILABLE, MISSING_BY_CONDITION = "3", "4", "5"  # BusinessRejectReason
AWAY_TEXT = "the order manager is away: it was not taken, send it again later"
NOT_TAKEN_TEXT = "the order session has ended: it was not taken"


class Owner(Protocol):
    """The FIX session that a receiver belongs to."""

    @property
    def desk(self) -> Desk:
        """Where orders are entered."""

    def send(self, msg_type: str, fields: list[Field]) -> None:
        """Send a message that is no report."""

    def repeat(self, first_number: int, last_number: int) -> None:
        """Send numbers again."""

    def leave(self, reason: str) -> None:
        """Send a Logout with the reason, and end."""

    def leave_as_asked(self) -> None:
        """Answer the client's Logout, and end."""

    def answered(self, test_req_id: str) -> None:
        """Handle the answer to a TestRequest."""

    def hold_if_full(self) -> None:
        """Read the client later, while much of what it sent is not confirmed."""

    @property
    def next_number(self) -> int:
        """The number of the next message."""


class Receiver:
    """The client's side of a FIX session; expected: the number of its next message."""

    def __init__(
        self, owner: Owner, parties: Parties, expected: int, clock: Clock, counters: Counters
    ) -> None:
        self.expected = expected
        self._owner = owner
        self._parties = parties
        self._clock = clock
        self._counters = counters
        self._gap = Gap()
        self._leaving = ""  # why the session ends as soon as the order manager has everything
        self._handlers: Mapping[str, Callable[[Message], None]] = {
            tags.HEARTBEAT: self._heartbeat,
            tags.TEST_REQUEST: self._test_request,
            tags.RESEND_REQUEST: self._resend_request,
            tags.SEQUENCE_RESET: self._sequence_reset,
            tags.LOGOUT: self._logout,
        }

    # ---- the logon -----------------------------------------------------------------------------

    def ask_if_missing(self, number: int) -> None:
        """Ask for what is missing before a message of that number, which was handled."""
        if number >= self.expected:
            self._ask()

    # ---- every other message -------------------------------------------------------------------

    def take(self, body: bytes) -> None:
        """Handle a message."""
        if self._leaving:
            return
        try:
            message = parse_message(body)
        except Unnumbered as fault:
            self._owner.leave(str(fault))
            return
        try:
            check_header(message, self._parties, self._clock.wall_ns())
        except HeaderFault as fault:
            self._end_by(message, fault)
        except Refused as refused:
            self._act(message, refused)
        else:
            self._act(message, message.fault)

    def confirmed(self) -> None:
        """End, if that has waited for the order manager to have all that came before."""
        if self._leaving and not self._owner.desk.unconfirmed:
            self._owner.leave(self._leaving)

    def _end_by(self, message: Message, fault: HeaderFault) -> None:
        """Refuse a message if it is its turn, and end the session.

        Its number counts, and it ends when those before it are taken for sure: what is refused once
        is not asked for at the next logon, where it could be taken.
        """
        if act_on(message, self.expected) is Act.HANDLE:
            self._count(message)
            self._reject(message, fault.refused)
        self._leaving = str(fault)
        self.confirmed()

    def _act(self, message: Message, fault: Refused | None) -> None:
        """Do what the rules say; fault: why the message is refused if it is its turn."""
        match act_on(message, self.expected):
            case Act.LEAVE:
                self._owner.leave(too_low(self.expected, message.number))
            case Act.IGNORE:
                pass
            case Act.ASK:
                self._ask()
            case Act.HANDLE_EARLY:
                self._handle(message, fault)
                self._ask()
            case Act.HANDLE:
                self._count(message)
                self._handle(message, fault)

    def _count(self, message: Message) -> None:
        if kind_of(message) is not Kind.RESET:  # whose own number means nothing
            self.expected = message.number + 1

    def _handle(self, message: Message, fault: Refused | None) -> None:
        if message.msg_type in (tags.REJECT, tags.BUSINESS_MESSAGE_REJECT):
            return  # an answer to a refusal could be refused again, without an end
        try:
            if fault is not None:
                raise fault
            if message.msg_type not in DEFINITIONS:
                self._refuse_type(message)
                return
            check_fields(message)
            if message.msg_type in ORDER_ENTRY:
                self._enter(message)
            else:
                self._handlers[message.msg_type](message)
        except Refused as refused:
            self._reject(message, refused)
        except MissingByCondition as missing:
            self._refuse(message, MISSING_BY_CONDITION, missing.text)

    # ---- orders --------------------------------------------------------------------------------

    def _enter(self, message: Message) -> None:
        """Hand an order or request on. Raises Refused, MissingByCondition."""
        entered = parse_request(message)
        desk = self._owner.desk
        was_sent_before = message.is_set(tags.POSS_DUP_FLAG) or message.is_set(tags.POSS_RESEND)
        if desk.has_ended:
            waiting = Waiting(message.number, entered, was_sent_before=was_sent_before)
            self.not_available(waiting, NOT_TAKEN_TEXT)
            return
        if not desk.is_connected and not was_sent_before:  # else it may have been taken then
            self._refuse(message, NOT_AVAILABLE, AWAY_TEXT)
            return
        if isinstance(entered, OrderStatusRequest):
            desk.enter(message.number, entered, _asked(message))
        else:
            desk.enter(message.number, entered, was_sent_before=was_sent_before)
        if isinstance(entered, Order) and message.is_set(tags.POSS_RESEND):
            # The order manager is silent if it has the order already: the client is told its state.
            status = OrderStatusRequest(cl_ord_id=entered.cl_ord_id)
            desk.enter(message.number, status, _asked(message))
        self._owner.hold_if_full()

    def not_available(self, waiting: Waiting, text: str) -> None:
        """Say of a message that it was not taken; whether it was before is not known here."""
        if waiting.was_sent_before:
            text = f"{text}; sent again, it may have been taken before: its reports say"
        self._counters.messages_refused += 1
        fields = [
            (tags.REF_SEQ_NUM, str(waiting.number)),
            (tags.REF_MSG_TYPE, MSG_TYPES[type(waiting.message)]),
            (tags.BUSINESS_REJECT_REF_ID, waiting.message.cl_ord_id),
            (tags.BUSINESS_REJECT_REASON, NOT_AVAILABLE),
            (tags.TEXT, text),
        ]
        self._owner.send(tags.BUSINESS_MESSAGE_REJECT, fields)

    # ---- session messages ------------------------------------------------------------------------

    def _heartbeat(self, message: Message) -> None:
        if (test_req_id := message.fields.get(tags.TEST_REQ_ID)) is not None:
            self._owner.answered(test_req_id)

    def _test_request(self, message: Message) -> None:
        fields = [(tags.TEST_REQ_ID, message.fields[tags.TEST_REQ_ID])]
        self._owner.send(tags.HEARTBEAT, fields)

    def _resend_request(self, message: Message) -> None:
        first = message.whole_number(tags.BEGIN_SEQ_NO, 1, NUMBER_MAX)
        last = message.whole_number(tags.END_SEQ_NO, 0, NUMBER_MAX)
        newest = self._owner.next_number - 1
        words = f"EndSeqNo (16) is {last}" if 0 < last < first else f"the newest sent is {newest}"
        last = newest if last == 0 else min(last, newest)
        if first > last:
            problem = f"BeginSeqNo (7) is {first}: {words}"
            raise Refused(SessionRejectReason.VALUE_INCORRECT, tags.BEGIN_SEQ_NO, problem)
        self._counters.resend_requests += 1
        self._owner.repeat(first, last)

    def _sequence_reset(self, message: Message) -> None:
        new = message.whole_number(tags.NEW_SEQ_NO, 1, NUMBER_MAX)
        least = message.number + 1 if message.is_set(tags.GAP_FILL_FLAG) else self.expected
        if new < least:
            problem = f"NewSeqNo (36) is {new}, below {least}: numbers do not go back"
            raise Refused(SessionRejectReason.VALUE_INCORRECT, tags.NEW_SEQ_NO, problem)
        self.expected = new

    def _logout(self, _: Message) -> None:
        self._owner.leave_as_asked()

    def _ask(self) -> None:
        """Ask for everything from the expected number on, unless that was asked just now."""
        match self._gap.ask(self.expected, self._clock.monotonic_ns()):
            case Ask.NOW:
                self._counters.gaps += 1
                fields = [(tags.BEGIN_SEQ_NO, str(self.expected)), (tags.END_SEQ_NO, "0")]
                self._owner.send(tags.RESEND_REQUEST, fields)
            case Ask.NO_MORE:
                self._owner.leave(not_come(self.expected))
            case Ask.LATER:
                pass

    # ---- refusals ------------------------------------------------------------------------------

    def _reject(self, message: Message, refused: Refused) -> None:
        self._counters.messages_refused += 1
        fields = [(tags.REF_SEQ_NUM, str(message.number))]
        if refused.tag is not None:
            fields.append((tags.REF_TAG_ID, str(refused.tag)))
        if message.msg_type:
            fields.append((tags.REF_MSG_TYPE, shown(message.msg_type)))
        fields += [
            (tags.SESSION_REJECT_REASON, str(int(refused.reason))),
            (tags.TEXT, refused.text),
        ]
        self._owner.send(tags.REJECT, fields)

    def _refuse_type(self, message: Message) -> None:
        """Refuse a message type; raise Refused for one that FIX 4.4 does not have."""
        if message.msg_type == tags.LOGON:
            self._owner.leave("a second Logon: log on again by another connection")
            return
        if message.msg_type not in MESSAGE_TYPES:
            problem = f"MsgType {shown(message.msg_type)} is none of FIX 4.4"
            raise Refused(SessionRejectReason.INVALID_MSG_TYPE, tags.MSG_TYPE, problem)
        problem = f"MsgType {message.msg_type} is not served: D, F, G, H and q are"
        self._refuse(message, UNSUPPORTED_MSG_TYPE, problem)

    def _refuse(self, message: Message, reason: str, text: str) -> None:
        self._counters.messages_refused += 1
        fields = [(tags.REF_SEQ_NUM, str(message.number)), (tags.REF_MSG_TYPE, message.msg_type)]
        if (name := message.fields.get(tags.CL_ORD_ID)) is not None:
            fields.append((tags.BUSINESS_REJECT_REF_ID, shown(name)))
        fields += [(tags.BUSINESS_REJECT_REASON, reason), (tags.TEXT, text)]
        self._owner.send(tags.BUSINESS_MESSAGE_REJECT, fields)


def _asked(message: Message) -> Asked:
    return Asked(
        request_id=message.fields.get(tags.ORD_STATUS_REQ_ID),
        symbol=message.fields[tags.SYMBOL],
        side=message.fields[tags.SIDE],
    )
