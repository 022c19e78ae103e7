"""Which fields the messages of a client have, and which message types FIX 4.4 has.

A field that a message here does not have is refused, and with it the message: what a client asks
for is not lost in silence. Fields that are read and mean nothing are named as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Message, Refused, SessionRejectReason

HEADER = frozenset(
    {
        tags.MSG_TYPE,
        tags.SENDER_COMP_ID,
        tags.TARGET_COMP_ID,
        tags.MSG_SEQ_NUM,
        tags.SENDING_TIME,
        tags.POSS_DUP_FLAG,
        tags.POSS_RESEND,
        tags.ORIG_SENDING_TIME,
        # read, and without meaning here:
        tags.SENDER_SUB_ID,
        tags.TARGET_SUB_ID,
        tags.SENDER_LOCATION_ID,
        tags.TARGET_LOCATION_ID,
        tags.MESSAGE_ENCODING,
        tags.LAST_MSG_SEQ_NUM_PROCESSED,
    }
)
ACCOUNT, HANDL_INST, CURRENCY, ORDER_CAPACITY, SECURITY_EXCHANGE = 1, 21, 15, 528, 207
SECURITY_ID, SECURITY_ID_SOURCE, SECURITY_TYPE = 48, 22, 167
# Common fields that describe what the order manager knows anyway.
DESCRIPTION = frozenset(
    {
        ACCOUNT,
        HANDL_INST,
        CURRENCY,
        ORDER_CAPACITY,
        SECURITY_EXCHANGE,
        SECURITY_ID,
        SECURITY_ID_SOURCE,
        SECURITY_TYPE,
        tags.TEXT,
        tags.TRANSACT_TIME,
    }
)
# A cancel or replace is about the order that OrigClOrdID names; these repeat what it is.
OF_THE_ORDER = frozenset(
    {tags.ORDER_ID, tags.SYMBOL, tags.SIDE, tags.ORD_TYPE, tags.TIME_IN_FORCE, tags.ORDER_QTY}
)
MESSAGE_TYPES = frozenset(
    [*"0123456789ABCDEFGHJKLMNPQRSTVWXYZabcdefghijklmnopqrstuvwxyz"]
    + [f"A{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    + [f"B{letter}" for letter in "ABCDEFGH"]
)


@dataclass(frozen=True, slots=True)
class Definition:
    """The fields behind the header."""

    required: tuple[int, ...] = ()
    optional: frozenset[int] = frozenset()


DEFINITIONS: Mapping[str, Definition] = {
    tags.HEARTBEAT: Definition(optional=frozenset({tags.TEST_REQ_ID})),
    tags.TEST_REQUEST: Definition((tags.TEST_REQ_ID,)),
    tags.RESEND_REQUEST: Definition((tags.BEGIN_SEQ_NO, tags.END_SEQ_NO)),
    tags.SEQUENCE_RESET: Definition((tags.NEW_SEQ_NO,), frozenset({tags.GAP_FILL_FLAG})),
    tags.LOGOUT: Definition(optional=frozenset({tags.TEXT})),
    tags.NEW_ORDER_SINGLE: Definition(
        (tags.CL_ORD_ID, tags.SYMBOL, tags.SIDE, tags.TRANSACT_TIME, tags.ORDER_QTY, tags.ORD_TYPE),
        DESCRIPTION | {tags.PRICE, tags.TIME_IN_FORCE},
    ),
    tags.ORDER_CANCEL_REQUEST: Definition(
        (tags.CL_ORD_ID, tags.ORIG_CL_ORD_ID, tags.TRANSACT_TIME), DESCRIPTION | OF_THE_ORDER
    ),
    tags.ORDER_CANCEL_REPLACE_REQUEST: Definition(
        (tags.CL_ORD_ID, tags.ORIG_CL_ORD_ID, tags.TRANSACT_TIME, tags.ORDER_QTY),
        DESCRIPTION | OF_THE_ORDER | {tags.PRICE},
    ),
    tags.ORDER_STATUS_REQUEST: Definition(
        (tags.CL_ORD_ID, tags.SYMBOL, tags.SIDE),
        DESCRIPTION | {tags.ORDER_ID, tags.ORD_STATUS_REQ_ID},
    ),
    tags.ORDER_MASS_CANCEL_REQUEST: Definition(
        (tags.CL_ORD_ID, tags.MASS_CANCEL_REQUEST_TYPE, tags.TRANSACT_TIME),
        DESCRIPTION | {tags.SYMBOL, tags.SIDE},
    ),
}
ORDER_ENTRY = frozenset(
    {
        tags.NEW_ORDER_SINGLE,
        tags.ORDER_CANCEL_REQUEST,
        tags.ORDER_CANCEL_REPLACE_REQUEST,
        tags.ORDER_STATUS_REQUEST,
        tags.ORDER_MASS_CANCEL_REQUEST,
    }
)


def check_fields(message: Message) -> None:
    """Check that a message of a known type has the fields that it may and must have.

    Raises Refused.
    """
    if message.fault is not None:
        raise message.fault
    definition = DEFINITIONS[message.msg_type]
    for tag in definition.required:
        message.required(tag)
    allowed = definition.optional.union(definition.required, HEADER)
    for tag in message.fields:
        if tag not in allowed:
            problem = f"tag {tag} has no meaning in MsgType {message.msg_type} here; leave it out"
            raise Refused(SessionRejectReason.TAG_NOT_DEFINED, tag, problem)
