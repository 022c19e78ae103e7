"""What a strategy sends after a request that was refused has to wait for it."""

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    FEED_SESSION,
    NOW_NS,
    a_register,
    an_order,
)
from tests.kit.sender import MemorySender
from tradestack.domain.requests import OrderCancelRequest
from tradestack.trading.judging.decisions import Message, Received
from tradestack.wire.order_messages import Progress
from tradestack_order_manager.refusals import Refusals

SENDER = MemorySender("news")


def received(message: Message, sender: MemorySender = SENDER) -> Received:
    """A message of the strategy."""
    return Received(sender, NOW_NS, b"", message)


def caused_by(number: int) -> Received:
    """An order that a feed message caused."""
    name = f"o{number}"
    return received(an_order(cl_ord_id=name, feed_session=FEED_SESSION, feed_seq=number))


def refused() -> Refusals:
    """The orders of two messages were refused."""
    refusals = Refusals()
    refusals.note([caused_by(3), caused_by(4)])
    return refusals


def test_everything_is_admitted_before_a_refusal() -> None:
    """Nothing waits for anything."""
    messages = [caused_by(3), received(Progress(feed_session=FEED_SESSION, feed_seq=3))]

    assert Refusals().admit(messages) == (messages, [])


def test_what_is_behind_waits_until_the_first_one_comes_again() -> None:
    """Then it has to come again, too, in its order."""
    refusals = refused()
    cancel = OrderCancelRequest(cl_ord_id="c", orig_cl_ord_id="o", feed_seq=5)
    behind = [
        caused_by(4),
        received(cancel),
        received(Progress(feed_session=FEED_SESSION, feed_seq=5)),
    ]
    again = [caused_by(3), *behind]

    assert refusals.admit(behind) == ([], behind)
    assert refusals.admit(again) == (again, [])


@pytest.mark.parametrize(
    "message",
    [
        received(a_register()),
        received(an_order(feed_session=FEED_SESSION, feed_seq=9), MemorySender("news")),
    ],
)
def test_a_client_that_begins_anew_waits_for_nothing(message: Received) -> None:
    """It registers, or logs in, and sends everything again."""
    messages = [message, caused_by(4)]

    assert refused().admit(messages) == (messages, [])


def test_others_do_not_wait() -> None:
    """Neither another user nor a request that names no feed message."""
    person = received(OrderCancelRequest(cl_ord_id="c", orig_cl_ord_id="o"))
    other = received(an_order(feed_session=FEED_SESSION, feed_seq=9), MemorySender("other"))

    assert refused().admit([person, other]) == ([person, other], [])
