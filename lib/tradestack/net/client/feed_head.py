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
OTHERS_WAIT_S = 1.0  # for the gateways beside the one that has answered

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

    The gateways at the addresses are asked in turn. When one has answered, the others are asked as
    well, for the newest session: a relay that is cut off still serves an old one.
    """
    servers = Alternatives(addresses)
    told: dict[Address, str] = {}  # the refusals that were logged
    backoff = Backoff(max_ns=NEXT_SESSION_DELAY_MAX_NS) if ended else Backoff()
    while True:
        address = servers.current
        try:
            head = await probe_head(address, credentials)
            if servers.may_follow(ended, head.session_id):
                others = [each for each in addresses if each != address]
                return await _newest(head, others, credentials)
        except (LoginRejected, ServerNotTrusted) as refusal:
            if told.get(address) != str(refusal):
                is_rejection = isinstance(refusal, LoginRejected)
                event = SERVER_LOGIN_REJECTED if is_rejection else SERVER_NOT_TRUSTED
                emit(logger, event, address=address, reason=refusal)
            told[address] = str(refusal)
        except (OSError, ProtocolError) as error:
            level = logging.DEBUG if backoff.failures else logging.INFO
            logger.log(level, "no connection to the feed at %s: %s", address, error)
        if servers.failed():
            await asyncio.sleep(backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)


async def _newest(head: FeedHead, others: Sequence[Address], credentials: Credentials) -> FeedHead:
    """Return the head of the newest session there is; of several, the one that is known."""
    if not others:
        return head
    probes = [asyncio.ensure_future(probe_head(each, credentials)) for each in others]
    done, late = await asyncio.wait(probes, timeout=OTHERS_WAIT_S)
    for probe in late:
        probe.cancel()
    found = [probe.result() for probe in done if probe.exception() is None]
    return max([head, *found], key=lambda each: each.session_id)
