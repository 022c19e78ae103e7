"""The newest message of a gateway's current feed session."""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.addresses import Address
from tradestack.net.client.alternatives import Alternatives
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.listener_owner import ServerNotTrusted
from tradestack.net.client.login import Credentials, LoginRejected, log_in
from tradestack.observe.events import SERVER_LOGIN_REJECTED, SERVER_NOT_TRUSTED, emit
from tradestack.wire.errors import ProtocolError
from tradestack.wire.service import Service

# The wait for the session after an ended one: each look costs the gateway a login.
NEXT_SESSION_DELAY_MAX_NS = 15 * NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class FeedHead(NamedTuple):
    """A feed session and the number of its newest message, 0 while it is empty."""

    session_id: str
    sequence: int


async def probe_head(address: Address, credentials: Credentials) -> FeedHead:
    """Return the head of the current session, by a login that receives nothing.

    Raises what `log_in` raises.
    """
    logged_in = await log_in(address, credentials, sequence=0, service=Service.FEED)
    logged_in.log_out()
    return FeedHead(logged_in.session_id, logged_in.next_sequence - 1)


async def find_head(
    addresses: Sequence[Address], credentials: Credentials, *, ended: str = ""
) -> FeedHead:
    """Return the head of a session other than the ended one; retry until there is one.

    The gateways at the addresses are asked in turn.
    """
    servers = Alternatives(addresses)
    backoff = Backoff(max_ns=NEXT_SESSION_DELAY_MAX_NS) if ended else Backoff()
    while True:
        address = servers.current
        try:
            head = await probe_head(address, credentials)
            if servers.may_follow(ended, head.session_id):
                return head
        except LoginRejected as rejection:
            emit(logger, SERVER_LOGIN_REJECTED, address=address, reason=rejection)
        except ServerNotTrusted as error:
            emit(logger, SERVER_NOT_TRUSTED, address=address, reason=error)
        except (OSError, ProtocolError) as error:
            level = logging.DEBUG if backoff.failures else logging.INFO
            logger.log(level, "no connection to the feed at %s: %s", address, error)
        if servers.failed():
            await asyncio.sleep(backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)
