"""The gateway that a relay follows: one client of its feed after the other."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address
from tradestack.net.client.contact import CONNECTING, Contact
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import FeedListener
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.wire.feed_messages import WAY_REQUEST

WAIT_S = 1.0  # between two requests for time while the first feed session is waited for
EXTENSION_S = 30  # of the start's timeout

logger = logging.getLogger(__name__)


def require_other_gateway(upstream: Sequence[Address], own: Address) -> None:
    """Raise OperatorFault if a relay that listens at `own` is to follow itself."""
    for address in upstream:
        if address.reaches(own):
            raise OperatorFault(
                f"upstream {address}",
                "is the address of this gateway's own feed",
                "name the address of another gateway's feed",
            )


class Followed(Protocol):
    """What a relay follows: an Upstream, or the streams of an exporter."""

    @property
    def contact(self) -> Contact:
        """Whether it answers."""
        ...


def waiting_for(upstream: Followed) -> str:
    """Return, for people, what a relay without a feed session waits for."""
    return (
        f"waiting for the feed of {upstream}; a gateway that waits itself, as in a loop of relays, "
        "answers no login"
    )


async def wait_for_session(
    upstream: Followed,
    following: "asyncio.Task[None]",
    began: "asyncio.Future[None]",
    notifier: Notifier,
) -> None:
    """Return when the first feed session has begun; log why it has not, and ask for time.

    Nobody else can be asked: the relay is not ready yet. Raises what ends the following.
    """
    told = None
    while not began.done():
        notifier.extend_timeout(EXTENSION_S)
        await asyncio.wait({following, began}, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        if (problem := upstream.contact.problem) not in (None, CONNECTING, told):
            logger.warning("no feed session yet: %s: %s", waiting_for(upstream), problem)
            notifier.status(f"{waiting_for(upstream)}: {problem}")
            told = problem
        if following.done():
            following.result()


class Upstream:
    """Another gateway's feed, at one address or several, and the login there."""

    def __init__(
        self, addresses: Sequence[Address], credentials: Credentials, clock: Clock, remedy: str
    ) -> None:
        """Take, as remedy, what to do about a refused password."""
        self._name = " or ".join(map(str, addresses))
        self._remedy = remedy
        self._client = FeedClient(addresses, credentials, clock=clock, first_login_timeout_s=None)

    def __str__(self) -> str:
        return self._name

    @property
    def contact(self) -> Contact:
        """Whether a gateway answers; it may have no further session yet."""
        return self._client.contact

    @property
    def is_connected(self) -> bool:
        """Whether the relay is logged in."""
        return self._client.is_connected

    @property
    def server(self) -> str:
        """The address that is in use; all of them while none is."""
        return self.contact.server or self._name

    async def follow(self, session_id: str, sequence: int, listener: FeedListener) -> None:
        """Call the listener from that message on; session_id "": the current session.

        Ends only by an exception: OperatorFault if every address refuses the login, or one sends
        what cannot be followed, and what else the listener raises. After a fault of one address,
        the next call begins with the next one.
        """
        self._client.go_to(session_id, sequence)
        try:
            await self._client.run(listener)
        except LoginRejected as rejected:
            raise OperatorFault(f"upstream {self}", str(rejected), self._remedy) from rejected
        except SequenceHole as hole:
            remedy = "begin a new session there: tradestackctl new-session"
            left = self._client.leave_server(str(hole))
            raise OperatorFault(f"upstream {left}", str(hole), remedy) from hole
        except OperatorFault as fault:
            self._client.leave_server(fault.problem)
            raise
        finally:
            self._client.close()

    def ask_way(self) -> None:
        """Ask for the way that the feed has come."""
        self._client.send_unsequenced(WAY_REQUEST)

    def close(self) -> None:
        """Log out."""
        self._client.close()
