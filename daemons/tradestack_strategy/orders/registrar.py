"""Register and Registered: from which feed message on the orders of an epoch count.

Replayed reports come before the answer, answers to earlier requests among them; only the answer to
the newest request ends the replay, so each request has an id of its own.
"""

import logging
import os
from collections.abc import Callable

from tradestack.domain.order import Start
from tradestack.trading.desk.epoch import Epoch
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered

REQUEST_ENTROPY_BYTES = 8

logger = logging.getLogger(__name__)


class Registrar:
    """Sends one request at a time and recognises its answer.

    interactive: whether the strategy reads its reports.
    """

    def __init__(self, send: Callable[[Register], None], *, interactive: bool) -> None:
        self._send = send
        self._interactive = interactive
        self._request_id: str | None = None  # of the request that awaits its answer
        self._on_registered: Callable[[Registered], None] = _ignore
        self._logged_refusal = ""

    def register(
        self, epoch: Epoch, head: int, start: Start, on_registered: Callable[[Registered], None]
    ) -> None:
        """Send a request; on_registered is called with its answer."""
        self._request_id = os.urandom(REQUEST_ENTROPY_BYTES).hex()
        self._on_registered = on_registered
        self._send(
            Register(
                request_id=self._request_id,
                instance=epoch.instance,
                config_hash=epoch.config_hash,
                feed_session=epoch.feed_session,
                head=head,
                start=start,
                interactive=self._interactive,
            )
        )

    def withdraw(self) -> None:
        """Ignore the answer to the request, should it come later."""
        self._request_id = None
        self._on_registered = _ignore

    def registered(self, answer: Registered) -> None:
        """Take an answer; those to earlier requests are ignored."""
        if answer.request_id == self._request_id:
            on_registered = self._on_registered
            self.withdraw()
            self._logged_refusal = ""
            on_registered(answer)

    def refused(self, reject: BusinessMessageReject) -> bool:
        """Return whether the message refuses the request, which is over then.

        The reason is logged once, however often the request is repeated and refused.
        """
        if reject.business_reject_ref_id != self._request_id:
            return False
        if reject.text != self._logged_refusal:
            logger.warning("order manager cannot register this strategy yet: %s", reject.text)
            self._logged_refusal = reject.text
        self.withdraw()
        return True


def _ignore(_answer: Registered) -> None:
    """Stand in for the callback while no request awaits its answer."""
