"""Bodies ⇄ messages: MsgType, MsgSeqNum and the other fields by tag, all of them text."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import BEGIN_STRING, SOH
from tradestack_fix.codec.times import format_time

Field = tuple[int, str]
NUMBER_MAX = 2**31 - 1  # of a message: more does not fit into the integers of many engines
NUMBER_DIGITS_MAX = 10
TAG_DIGITS_MAX = 6
# An order has some 200 bytes. The fields of a longer message are not looked at, but for its header.
MESSAGE_BYTES_MAX = 4_096
SHOWN_LENGTH_MAX = 64  # of a peer's text in one of ours


class SessionRejectReason(enum.IntEnum):
    """FIX SessionRejectReason (373), those that occur."""

    INVALID_TAG = 0
    REQUIRED_TAG_MISSING = 1
    TAG_NOT_DEFINED = 2
    TAG_WITHOUT_VALUE = 4
    VALUE_INCORRECT = 5
    FORMAT_INCORRECT = 6
    COMP_ID_PROBLEM = 9
    SENDING_TIME_PROBLEM = 10
    INVALID_MSG_TYPE = 11
    TAG_TWICE = 13
    TAG_OUT_OF_ORDER = 14
    OTHER = 99


class Refused(Exception):
    """A message that is answered with Reject (3); its number counts."""

    def __init__(self, reason: SessionRejectReason, tag: int | None, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.tag = tag
        self.text = text


class Unnumbered(Exception):
    """A message without a valid MsgSeqNum: FIX ends the session."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came: fields has those of the header too.

    fault: why it is to be refused whatever its type.
    """

    msg_type: str
    number: int
    fields: Mapping[int, str]
    fault: Refused | None = None

    def is_set(self, tag: int) -> bool:
        """Return whether a flag is Y."""
        return self.fields.get(tag) == tags.YES

    def required(self, tag: int) -> str:
        """Return a field's text. Raises Refused."""
        text = self.fields.get(tag)
        if text is None:
            raise Refused(SessionRejectReason.REQUIRED_TAG_MISSING, tag, f"tag {tag} is missing")
        return text

    def whole_number(self, tag: int, minimum: int, maximum: int) -> int:
        """Return a field's number within these limits. Raises Refused."""
        number = parse_number(self.required(tag))
        if number is None:
            raise Refused(SessionRejectReason.FORMAT_INCORRECT, tag, f"tag {tag} is no number")
        if not minimum <= number <= maximum:
            problem = f"tag {tag} is not from {minimum} to {maximum}"
            raise Refused(SessionRejectReason.VALUE_INCORRECT, tag, problem)
        return number


@dataclass(frozen=True, slots=True)
class Parties:
    """The CompIDs of a session, as this side sends them."""

    sender: str
    target: str


def parse_number(text: str) -> int | None:
    """Digits → number; None for anything else."""
    if not 0 < len(text) <= NUMBER_DIGITS_MAX or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def shown(text: str) -> str:
    """A peer's text → what of it may stand in a text for people."""
    cut = text[:SHOWN_LENGTH_MAX]
    return "".join(each if " " <= each <= "~" else "?" for each in cut)


def parse_message(body: bytes) -> Message:
    """Body → message; of one that is too long, what is at its beginning. Raises Unnumbered."""
    fields: dict[int, str] = {}
    fault: Refused | None = None
    if len(body) > MESSAGE_BYTES_MAX:
        problem = f"its body has {len(body)} bytes, and may have {MESSAGE_BYTES_MAX}"
        fault = Refused(SessionRejectReason.OTHER, None, problem)
        body = body[: body.rfind(SOH, 0, MESSAGE_BYTES_MAX) + 1]
    for text in body[:-1].decode("latin-1").split("\x01"):
        name, _, value = text.partition("=")
        tag = parse_number(name) if len(name) <= TAG_DIGITS_MAX else None
        if tag is None or tag == 0:
            fault = fault or Refused(
                SessionRejectReason.INVALID_TAG, None, f"{shown(name)!r} is no tag"
            )
        elif not value:
            problem = f"tag {tag} has no value"
            fault = fault or Refused(SessionRejectReason.TAG_WITHOUT_VALUE, tag, problem)
        elif tag in fields:
            fault = fault or Refused(SessionRejectReason.TAG_TWICE, tag, f"tag {tag} comes twice")
        else:
            fields[tag] = value
    number = parse_number(fields.get(tags.MSG_SEQ_NUM, ""))
    if number is None or not 0 < number <= NUMBER_MAX:
        raise Unnumbered(f"MsgSeqNum (34) is missing, or not from 1 to {NUMBER_MAX}")
    return Message(fields.get(tags.MSG_TYPE, ""), number, fields, fault)


def encode_message(
    msg_type: str, number: int, parties: Parties, time_ns: int, fields: Iterable[Field]
) -> bytes:
    """Message → bytes, ready to send. fields: behind the header, in their order."""
    header = (
        f"35={msg_type}\x0149={parties.sender}\x0156={parties.target}\x0134={number}\x01"
        f"52={format_time(time_ns)}\x01"
    )
    text = header + "".join([f"{tag}={value}\x01" for tag, value in fields])
    body = text.encode("latin-1", "replace")
    start = b"%s9=%d\x01%s" % (BEGIN_STRING, len(body), body)
    return b"%s10=%03d\x01" % (start, sum(start) % 256)
