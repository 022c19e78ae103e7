"""The way of a feed: the gateways that it has passed, asked of the upstream and given to relays.

    first gateway ── relay ── relay ── … ── this gateway

Each relay adds itself, so that one which is told of itself knows that it follows its own feed.
"""

import os
import socket

from tradestack.domain.clock import NANOSECONDS_PER_MICROSECOND
from tradestack.domain.faults import OperatorFault
from tradestack.net.client.contact import Contact
from tradestack.net.server.connection import Connection
from tradestack.sessions.skipped_sessions import SkippedSessions
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed_messages import (
    HOPS_MAX,
    Hop,
    Way,
    WayRequest,
    decode_feed_message,
    encode_way,
)

_ID_BYTES = 8


class FeedWay:
    """The way of this gateway's feed.

    before: the gateways that it has passed, none if the source is here. sessions: the ids of the
    feed sessions of this gateway, the oldest first. skipped: those that it has not followed.
    """

    def __init__(self) -> None:
        self.before: tuple[Hop, ...] = ()
        self.sessions: tuple[str, ...] = ()
        self.skipped = SkippedSessions()
        self._gateway = os.urandom(_ID_BYTES).hex()
        self._host = socket.gethostname()[:64]
        self._relays: set[Connection] = set()  # that have asked

    def is_request(self, connection: Connection, payload: bytes) -> bool:
        """Take a message of a client; return whether it is its first request for the way."""
        if connection in self._relays:
            return False
        try:
            message = decode_feed_message(payload)
        except ProtocolError:
            return False
        return isinstance(message, WayRequest)

    def left(self, connection: Connection) -> None:
        """Forget a client that is gone."""
        self._relays.discard(connection)

    def tell(self, connection: Connection, head: int, lag_ns: int) -> None:
        """Send the way to a relay that asks, and later with `tell_all`; arguments as there."""
        self._relays.add(connection)
        connection.send_unsequenced(self._encoded(head, lag_ns))

    def tell_all(self, head: int, lag_ns: int) -> None:
        """Send the way to all that have asked; head: the newest message here; lag_ns: of `Hop`."""
        if self._relays:
            payload = self._encoded(head, lag_ns)
            for connection in tuple(self._relays):
                connection.send_unsequenced(payload)

    def stats(self, head: int, contact: Contact) -> dict[str, object]:
        """Return the gateways before this one; head: the newest message here.

        contact: with the last of them; without it, its head is not known.
        """
        is_told = bool(self.before) and contact.problem is None
        return {
            "connected_to": contact.server,
            "fault": contact.problem,
            "away_s": contact.away_s,
            "sessions_skipped": self.skipped.total,
            "hops": len(self.before),
            "lag": max(0, self.before[-1].head - head) if is_told else None,
            "way": [
                {
                    "host": hop.host,
                    "head": hop.head,
                    "lag_us": hop.lag_time_ns / NANOSECONDS_PER_MICROSECOND,
                }
                for hop in self.before
            ],
        }

    def learn(self, upstream: str, payload: bytes) -> None:
        """Take what the upstream tells. Raises OperatorFault for a loop, or for too long a way."""
        try:
            message = decode_feed_message(payload)
        except ProtocolError:
            return
        if not isinstance(message, Way):
            return
        if loop := self._loop_in(message.hops):
            self.before = loop  # told on, for the others of the loop to find themselves
            way = " → ".join(["this gateway", *(hop.host for hop in loop[1:]), "this gateway"])
            raise OperatorFault(
                f"upstream {upstream}",
                f"relays this gateway's own feed: a loop ({way})",
                "name as upstream a gateway that does not follow this one",
            )
        if len(message.hops) >= HOPS_MAX:
            raise OperatorFault(
                f"upstream {upstream}",
                f"is behind {len(message.hops) - 1} others, and a way has at most {HOPS_MAX} hops",
                "name as upstream a gateway that is nearer to the source",
            )
        self.before = message.hops
        self.skipped.look(f"upstream {upstream}", message)

    def _loop_in(self, hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
        """Return the last way from this gateway to the end; nothing if the feed has not been here.

        What is told in a loop has passed it several times.
        """
        passed = [place for place, hop in enumerate(hops) if hop.gateway == self._gateway]
        return hops[passed[-1] :] if passed else ()

    def _encoded(self, head: int, lag_ns: int) -> bytes:
        own = Hop(gateway=self._gateway, host=self._host, head=head, lag_time_ns=lag_ns)
        return encode_way((*self.before, own), self.sessions)
