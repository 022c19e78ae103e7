"""epoch, head, start → FromSeq: asks the order manager from which message on orders count.

Replayed reports come before the answer, answers to earlier questions among them; only the one to
the question that was asked last ends the replay, so each question has a name of its own.
"""

import asyncio
import logging
import os
from collections.abc import Callable

from tradestack.domain.order import Start
from tradestack.trading.epoch import Epoch
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered

REQUEST_ENTROPY_BYTES = 8

logger = logging.getLogger(__name__)


class Registrar:
    """Asks one question at a time."""

    def __init__(self, send: Callable[[Register], None]) -> None:
        self._send = send
        self._request_id = ""
        self._answer: asyncio.Future[int | None] | None = None

    async def register(self, epoch: Epoch, head: int, start: Start) -> int | None:
        """FromSeq; None when the order manager could not take the question."""
        self._request_id = os.urandom(REQUEST_ENTROPY_BYTES).hex()
        self._answer = asyncio.get_running_loop().create_future()
        register = Register(
            request_id=self._request_id,
            instance=epoch.instance,
            config_hash=epoch.config_hash,
            feed_session=epoch.feed_session,
            head=head,
            start=start,
        )
        self._send(register)
        return await self._answer

    def registered(self, answer: Registered) -> None:
        """Takes the answer, if it is the one to our question."""
        if answer.request_id == self._request_id:
            self._settle(answer.from_seq)

    def refused(self, reject: BusinessMessageReject) -> bool:
        """Whether it was our question that the order manager could not take."""
        if reject.business_reject_ref_id != self._request_id:
            return False
        logger.warning("order manager cannot register us yet: %s", reject.text)
        self._settle(None)
        return True

    def _settle(self, from_sequence: int | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(from_sequence)
