"""Requests that wait for feed messages which cannot be read yet.

The gateway writes a message to its log before it sends it, so they are rare: a log that a power
failure has shortened, or a client that names a message which there is not.
"""

from collections.abc import Callable, Sequence

from tradestack.domain.requests import OrderStatusRequest
from tradestack.trading.judging.decisions import Malformed, Received
from tradestack.wire.order_messages import Register

# Of all users together; beyond, the oldest is taken as if its time was over.
WAITING_MAX = 1_000


class WaitingRequests:
    """Received messages in the order of receipt, each user's in order.

    expired: those whose feed message did not come within `wait_max_ns`; the caller answers them.
    """

    def __init__(self, wait_max_ns: int) -> None:
        self.wait_max_ns = wait_max_ns
        self.expired: list[Received] = []
        self._waiting: list[tuple[Received, int]] = []  # each with its deadline, monotonic

    def __len__(self) -> int:
        return len(self._waiting)

    def readable(
        self, received: Sequence[Received], may_go_on: Callable[[str, int], bool], now_ns: int
    ) -> list[Received]:
        """Return the messages that need not wait; may_go_on: feed session, number → whether.

        What a user sends after a message that waits has to wait as well.
        """
        if not self._waiting and not any(map(_feed_seq, received)):
            return list(received)
        waiting, self._waiting = self._waiting, []
        deadline_ns = now_ns + self.wait_max_ns
        readable: list[Received] = []
        held: set[str] = set()
        for item, until_ns in [*waiting, *((item, deadline_ns) for item in received)]:
            feed_session, feed_seq = _feed_place(item)
            needs_no_wait = feed_seq == 0 or may_go_on(feed_session, feed_seq)
            if needs_no_wait and item.sender.user not in held:
                readable.append(item)
            elif now_ns > until_ns or len(self._waiting) >= WAITING_MAX:
                self.expired.append(item)
            else:
                held.add(item.sender.user)
                self._waiting.append((item, until_ns))
        return readable


def _feed_seq(item: Received) -> int:
    return _feed_place(item)[1]


def _feed_place(item: Received) -> tuple[str, int]:
    """Return the feed message that a message names: session and number, 0 = none."""
    message = item.message
    if isinstance(message, Register | OrderStatusRequest | Malformed) or not message.feed_session:
        return "", 0
    return message.feed_session, message.feed_seq or 0
