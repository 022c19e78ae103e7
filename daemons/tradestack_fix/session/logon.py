"""A Logon: what it asks for, and whether it may have it, as far as the configuration tells."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradestack.wire.soup import PASSWORD_LENGTH_MAX
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field, Message, Refused, shown

HEART_BT_INT_MAX_S = 3_600
NO_ENCRYPTION = "0"
# One text for both: who guesses names does not learn which there are.
NOT_AUTHORISED = "SenderCompID (49) or Password (554) is not right"


class LogonRefused(Exception):
    """A logon that gets a Logout; the text is for people."""


@dataclass(frozen=True, slots=True)
class LogonRequest:
    """A Logon that names one of the clients; the order manager judges the password."""

    comp_id: str
    user: str
    password: str
    number: int
    heart_bt_int_s: int
    resets: bool

    def __repr__(self) -> str:
        return f"LogonRequest(comp_id={self.comp_id!r}, number={self.number})"


def logon_answer(request: LogonRequest) -> list[Field]:
    """Return the fields of the Logon that answers."""
    fields = [
        (tags.ENCRYPT_METHOD, NO_ENCRYPTION),
        (tags.HEART_BT_INT, str(request.heart_bt_int_s)),
    ]
    if request.resets:
        fields.append((tags.RESET_SEQ_NUM_FLAG, tags.YES))
    return fields


def read_logon(message: Message, comp_id: str, clients: Mapping[str, str]) -> LogonRequest:
    """First message of a connection → what it asks for. Raises LogonRefused.

    comp_id: our own; clients: the users of the clients' CompIDs.
    """
    try:
        return _read(message, comp_id, clients)
    except Refused as refused:
        raise LogonRefused(refused.text) from None


def _read(message: Message, comp_id: str, clients: Mapping[str, str]) -> LogonRequest:
    if message.msg_type != tags.LOGON:
        raise LogonRefused("the first message has to be a Logon (35=A)")
    if message.fault is not None:
        raise message.fault
    if message.required(tags.TARGET_COMP_ID) != comp_id:
        given = shown(message.fields[tags.TARGET_COMP_ID])
        raise LogonRefused(f"TargetCompID (56) is {given}, and this is {comp_id}")
    if message.fields.get(tags.ENCRYPT_METHOD, NO_ENCRYPTION) != NO_ENCRYPTION:
        raise LogonRefused("EncryptMethod (98) has to be 0: use a TLS tunnel")
    resets = message.is_set(tags.RESET_SEQ_NUM_FLAG)
    if resets and message.number != 1:
        raise LogonRefused("ResetSeqNumFlag (141) goes with MsgSeqNum (34) 1")
    sender = message.required(tags.SENDER_COMP_ID)
    user, password = clients.get(sender), message.fields.get(tags.PASSWORD)
    if user is None or password is None or not _may_be_right(password):
        raise LogonRefused(NOT_AUTHORISED)
    return LogonRequest(
        comp_id=sender,
        user=user,
        password=password,
        number=message.number,
        heart_bt_int_s=message.whole_number(tags.HEART_BT_INT, 0, HEART_BT_INT_MAX_S),
        resets=resets,
    )


def _may_be_right(password: str) -> bool:
    """Return whether it can be sent to the order manager; any other one is nobody's password."""
    return len(password) <= PASSWORD_LENGTH_MAX and password.isascii() and password.isprintable()
