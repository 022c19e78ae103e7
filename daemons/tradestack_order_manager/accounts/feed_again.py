"""The wait for feed messages that accounts have met and a power failure has taken.

The gateway publishes them again, under the same numbers. An account can go on in another order
session only when they are there: without them it cannot be made from the journal.
"""

import asyncio
import logging

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.trading.session.known_orders import KnownOrders
from tradestack_order_manager.accounts.execution import Execution

# Without a further message the gateway is taken to be gone; accounts are left behind then.
SILENCE_MAX_S = 60
POLL_S = 0.05

logger = logging.getLogger(__name__)


async def feed_published_again(
    execution: Execution, known: KnownOrders, notifier: Notifier, clock: Clock
) -> None:
    """Wait until no message is missing, or none has come for SILENCE_MAX_S."""
    missing, since_ns = execution.messages_missing(known), clock.monotonic_ns()
    if missing:
        logger.warning("waiting for %d feed messages that accounts have met already", missing)
    while missing and clock.monotonic_ns() - since_ns < SILENCE_MAX_S * NANOSECONDS_PER_SECOND:
        notifier.extend_timeout(SILENCE_MAX_S)
        await asyncio.sleep(POLL_S)
        before, missing = missing, execution.messages_missing(known)
        if missing != before:
            since_ns = clock.monotonic_ns()
