"""The header of each message after the logon: who sends it to whom, and when."""

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Message, Parties, Refused, SessionRejectReason
from tradestack_fix.codec.times import parse_time

# Clocks of two hosts that differ by more are a fault that somebody should know of.
SENDING_TIME_TOLERANCE_NS = 120 * NANOSECONDS_PER_SECOND


class HeaderFault(Exception):
    """A header after which FIX ends the session: a Reject, and then a Logout."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.text)
        self.refused = refused


def check_header(message: Message, ours: Parties, now_ns: int) -> None:
    """Check CompIDs and times of a message; now_ns: wall time. Raises Refused, HeaderFault."""
    for tag, expected in (
        (tags.SENDER_COMP_ID, ours.target),
        (tags.TARGET_COMP_ID, ours.sender),
    ):
        if message.required(tag) != expected:
            problem = f"tag {tag} is not {expected}, as in the logon"
            raise HeaderFault(Refused(SessionRejectReason.COMP_ID_PROBLEM, tag, problem))
    sent_ns = _time(message, tags.SENDING_TIME)
    if abs(sent_ns - now_ns) > SENDING_TIME_TOLERANCE_NS:
        seconds = SENDING_TIME_TOLERANCE_NS // NANOSECONDS_PER_SECOND
        problem = f"SendingTime (52) differs from this clock by more than {seconds} s"
        fault = Refused(SessionRejectReason.SENDING_TIME_PROBLEM, tags.SENDING_TIME, problem)
        raise HeaderFault(fault)
    is_repeated = message.is_set(tags.POSS_DUP_FLAG) and message.msg_type != tags.SEQUENCE_RESET
    if is_repeated and _time(message, tags.ORIG_SENDING_TIME) > sent_ns:
        problem = "OrigSendingTime (122) is later than SendingTime (52)"
        raise Refused(SessionRejectReason.SENDING_TIME_PROBLEM, tags.ORIG_SENDING_TIME, problem)


def _time(message: Message, tag: int) -> int:
    time_ns = parse_time(message.required(tag))
    if time_ns is None:
        problem = f"tag {tag} is not a UTCTimestamp, YYYYMMDD-HH:MM:SS.sss"
        raise Refused(SessionRejectReason.FORMAT_INCORRECT, tag, problem)
    return time_ns
