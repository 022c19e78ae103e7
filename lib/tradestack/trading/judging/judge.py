"""State, received messages, rules → the records of one loop pass; the order session is not changed.

    the same order or request again          counted; its answer is in the user's stream already
    known ClOrdID, other content             refused, the first one stays
    any other order                          NEW, or REJECTED by the first of the checks
    a cancel, replace or mass cancel         answered when it takes effect in the account
    OrderStatusRequest                       answered outside the stream, leaves no trace
    Register                                 Registered with FromSeq
    Progress                                 the account is matched further
    a message that did not parse as any      REJECTED without an order number, uses up nothing

Some messages are not recorded, and the caller answers that the application is not available: those
that the order session has no room for (`Rules`), those with a known ClOrdID whose first use cannot
be read, those for an account that is not available or waits for the one before, and any whose
record could not be read again.
The records do not depend on how messages are cut into batches.

Accounts are folded on the way (accounts.py): if the records do not get into the journal, the caller
has to forget those that the batch has touched.
"""

from collections.abc import Sequence

from tradestack.domain.order import Order
from tradestack.domain.requests import OrderStatusRequest
from tradestack.trading.accounts import AccountAwaits, Accounts, AccountUnavailable
from tradestack.trading.judging.decisions import Batch, Malformed, Message, Received
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.malformed import reject_malformed
from tradestack.trading.judging.orders import judge_order
from tradestack.trading.judging.registers import answer_register, take_progress
from tradestack.trading.judging.requests import answer_status, judge_request
from tradestack.trading.rules import Rules
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.wire.errors import ProtocolError
from tradestack.wire.order_messages import Progress, Register


def judge(
    known: KnownOrders,
    received: Sequence[Received],
    rules: Rules,
    accounts: Accounts | None,
    time_ns: int,
) -> Batch:
    """State, received messages, rules → the decisions, in the order of the messages.

    accounts: None if nothing executes orders. time_ns: of the pass, wall clock.
    """
    judgement = Judgement(known, rules, accounts, time_ns)
    for item in received:
        try:
            _judge_one(judgement, item, item.message)
        except ValueError as error:  # of an encoder: a journal with that record would never open
            judgement.batch.unrecordable.append((item, error))
            judgement.batch.spoiled |= judgement.batch.touched
        except AccountAwaits as error:  # nothing was changed
            judgement.batch.unavailable.append((item, error))
        except (AccountUnavailable, OSError, ProtocolError) as error:  # of journal or feed log
            judgement.batch.unavailable.append((item, error))
            judgement.batch.spoiled |= judgement.batch.touched
    return judgement.batch


def _judge_one(judgement: Judgement, item: Received, message: Message) -> None:
    match message:
        case Order():
            judge_order(judgement, item, message)
        case Register():
            answer_register(judgement, item, message)
        case Progress():
            take_progress(judgement, item, message)
        case OrderStatusRequest():
            answer_status(judgement, item, message)
        case Malformed():
            reject_malformed(judgement, item, message)
        case _:
            judge_request(judgement, item, message)
