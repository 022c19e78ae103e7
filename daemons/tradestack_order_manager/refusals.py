"""Requests that were refused and have left no trace: what was sent after them has to wait.

A strategy sends orders and requests in the order of the feed messages that caused them, and
Progress after them. When one is refused, those after it are under way already. Taken before it
comes again, they would let its account meet feed messages too early.
"""

from collections.abc import Iterable

from tradestack.domain.order import BusinessRejectReason, Order
from tradestack.domain.requests import OrderStatusRequest
from tradestack.trading.judging.decisions import Malformed, Message, Received, Sender
from tradestack.wire.order_messages import BusinessMessageReject, Progress, Register


class Refusals:
    """The first request of each user that was refused and has not come again."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[Sender, str]] = {}  # by user: connection and ClOrdID

    def note(self, refused: Iterable[Received]) -> None:
        """Note requests that were refused, in the order in which they came."""
        for item in refused:
            name = _name(item)
            if name is not None:
                self._first.setdefault(item.sender.user, (item.sender, name))

    def admit(self, received: Iterable[Received]) -> tuple[list[Received], list[Received]]:
        """Return the messages that may be judged, and those that have to come again."""
        admitted: list[Received] = []
        held: list[Received] = []
        for item in received:
            (admitted if self._is_admitted(item) else held).append(item)
        return admitted, held

    def _is_admitted(self, item: Received) -> bool:
        user, message = item.sender.user, item.message
        first = self._first.get(user)
        if first is None:
            return True
        sender, name = first
        # A strategy that registers, and any other client at its login, sends everything again.
        if isinstance(message, Register) or sender is not item.sender or name == _name(item):
            del self._first[user]
            return True
        return _name(item) is None and not isinstance(message, Progress)


def _name(item: Received) -> str | None:
    """Return the ClOrdID of a request that a feed message has caused; None for all else."""
    message = item.message
    if isinstance(message, Register | Progress | Malformed | OrderStatusRequest):
        return None
    return None if message.feed_seq is None else message.cl_ord_id


def not_available(message: Message, text: str) -> BusinessMessageReject:
    """Return the answer that a message has left no trace."""
    name, reference = _reference(message)
    return BusinessMessageReject(
        ref_msg_type=name,
        business_reject_ref_id=reference,
        business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
        text=text,
    )


def _reference(message: Message) -> tuple[str, str]:
    """Message → its MsgType and id, as a BusinessMessageReject refers to it."""
    match message:
        case Order():
            return "NewOrderSingle", message.cl_ord_id
        case Register():
            return "Register", message.request_id
        case Progress():
            return "Progress", message.feed_session
        case Malformed():
            return message.msg_type, message.cl_ord_id
        case _:
            return type(message).__name__, message.cl_ord_id
