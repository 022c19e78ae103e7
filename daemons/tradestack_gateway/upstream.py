"""The gateway that a relay follows: one client of its feed after the other."""

from collections.abc import Sequence

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import FeedListener
from tradestack.net.client.login import Credentials, LoginRejected, SequenceHole
from tradestack.wire.feed_messages import WAY_REQUEST


def require_other_gateway(upstream: Sequence[Address], own: Address) -> None:
    """Raise OperatorFault if a relay that listens at `own` is to follow itself."""
    for address in upstream:
        if address.reaches(own):
            raise OperatorFault(
                f"upstream {address}",
                "is the address of this gateway's own feed",
                "name the address of another gateway's feed",
            )


class Upstream:
    """Another gateway's feed, at one address or several, and the login there."""

    def __init__(
        self, addresses: Sequence[Address], credentials: Credentials, clock: Clock
    ) -> None:
        self._addresses = addresses
        self._credentials = credentials
        self._clock = clock
        self._client: FeedClient | None = None

    def __str__(self) -> str:
        return " or ".join(map(str, self._addresses))

    @property
    def is_connected(self) -> bool:
        """Whether the relay is logged in."""
        return self._client is not None and self._client.is_connected

    async def follow(self, session_id: str, sequence: int, listener: FeedListener) -> None:
        """Call the listener from that message on; session_id "": the current session.

        Ends only by an exception: OperatorFault if the other gateway refuses, or what the listener
        raises.
        """
        self._client = FeedClient(
            self._addresses,
            self._credentials,
            clock=self._clock,
            session_id=session_id,
            sequence=sequence,
            first_login_timeout_s=None,
        )
        try:
            await self._client.run(listener)
        except LoginRejected as rejected:
            remedy = "name the feed of a gateway, and a user there with its password"
            raise OperatorFault(self._where, str(rejected), remedy) from rejected
        except SequenceHole as hole:
            remedy = "begin a new session there: tradestackctl new-session"
            raise OperatorFault(self._where, str(hole), remedy) from hole
        finally:
            self._client.close()

    def ask_way(self) -> None:
        """Ask for the way that the feed has come."""
        if self._client is not None:
            self._client.send_unsequenced(WAY_REQUEST)

    def close(self) -> None:
        """Log out."""
        if self._client is not None:
            self._client.close()

    @property
    def _where(self) -> str:
        return f"upstream {self}"
