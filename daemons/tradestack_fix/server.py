"""The port: connections before their logon, and the FIX sessions after it."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Mapping

from tradestack.configs.fix import FixConfig
from tradestack.net.acceptor import Acceptor
from tradestack.net.allowance import Rate
from tradestack.net.common_beat import call_at_beat
from tradestack.net.origins import origin_of
from tradestack.net.refusals import Refusals
from tradestack.observe.events import LOGIN_REJECTED
from tradestack_fix.client.connection import FAREWELL_S, Connection
from tradestack_fix.client.desk import REPLACED
from tradestack_fix.client.farewell import farewell
from tradestack_fix.client.link import Link
from tradestack_fix.client.surroundings import Surroundings
from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import Garbled
from tradestack_fix.codec.message import Message, Parties, Unnumbered, parse_message
from tradestack_fix.session.liveness import BEAT_NS
from tradestack_fix.session.logon import LogonRefused, LogonRequest, read_logon

# From connecting to the logon; a client that only connects must not hold a place.
LOGON_DEADLINE_S = 10.0
# Connections without a logon; at the limit a new one displaces the oldest of whoever has most.
LOGONS_PENDING_MAX = 64
# Logons whose passwords are checked at the same time; more of them wait.
LOGONS_CHECKED_MAX = 16
# Refused logons of one origin: beyond, its logons wait.
REFUSALS = Rate(per_second=1, burst=10)
RETRY_S = 0.25  # until a logon that waits is looked at again
UNKNOWN = "?"
FULL = "too many clients are logged on: raise clients_max"

logger = logging.getLogger(__name__)


class Newcomer:
    """A connection that has not logged on."""

    def __init__(self, server: "Server", origin: str, address: str) -> None:
        self.origin = origin
        self.address = address
        self.connection = Connection(self)
        self._server = server
        self._deadline = asyncio.get_running_loop().call_later(LOGON_DEADLINE_S, self.give_up)

    def give_up(self) -> None:
        """Close the connection without a word."""
        self.connection.abort()
        self.done()

    def done(self) -> None:
        """Forget the connection: it is closed, or a client's."""
        self._deadline.cancel()
        self._server.forget(self)

    def on_body(self, body: bytes) -> None:
        self.connection.hold("newcomer")
        try:
            message = parse_message(body)
        except Unnumbered as fault:
            self._server.log_on(self, LogonRefused(str(fault)))
            return
        self._server.log_on(self, message)

    def on_garbled(self, reason: Garbled) -> None:
        self.connection.hold("newcomer")
        self._server.log_on(self, LogonRefused(f"garbled: {reason.value}"))

    def on_room(self) -> None:
        """Do nothing: a newcomer is sent a farewell at most."""

    def on_full(self) -> None:
        """Do nothing, likewise."""

    def on_lost(self) -> None:
        self.done()


class Server:
    """The FIX port."""

    def __init__(
        self,
        listener: socket.socket,
        shared: Surroundings,
        config: Callable[[], FixConfig],
    ) -> None:
        self._shared = shared
        self._config = config
        self._acceptor = Acceptor("fix", listener, self._on_connection)
        self._newcomers: dict[Newcomer, None] = {}
        self._checking: set[Link] = set()  # whose password the order manager has not accepted yet
        self._links: dict[str, Link] = {}  # by the clients' CompIDs
        self._refusals = Refusals(REFUSALS, shared.clock)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def clients(self) -> Mapping[str, Mapping[str, object]]:
        """What people see of each client that is logged on."""
        return {comp_id: link.facts for comp_id, link in self._links.items()}

    @property
    def pending(self) -> int:
        """How many connections have not logged on."""
        return len(self._newcomers) + len(self._checking)

    def start(self) -> None:
        """Begin to accept."""
        self._acceptor.start()
        self._beat()

    async def stop(self) -> None:
        """Log everybody out."""
        self._acceptor.stop()
        if self._timer is not None:
            self._timer.cancel()
        for newcomer in list(self._newcomers):
            newcomer.give_up()
        links = [*self._checking, *self._links.values()]
        for link in links:
            link.leave("the server stops")
        if links:
            await asyncio.wait([link.connection.closed for link in links], timeout=FAREWELL_S)

    def remove_clients(self) -> None:
        """Log out the clients that the configuration does not have any more, or as another user."""
        clients = self._config().clients
        for comp_id, link in list(self._links.items()):
            if clients.get(comp_id) != link.request.user:
                link.leave("the configuration has changed")

    # ---- for newcomers -------------------------------------------------------------------------

    def forget(self, newcomer: Newcomer) -> None:
        """Forget a connection that is closed, or a client's."""
        self._newcomers.pop(newcomer, None)

    def log_on(self, newcomer: Newcomer, first: Message | LogonRefused) -> None:
        """Handle a first message, or what is wrong with it, as soon as its origin may try."""
        if newcomer not in self._newcomers:
            return
        may_try = self._refusals.may_try(newcomer.origin)
        if not may_try or len(self._checking) >= LOGONS_CHECKED_MAX:
            asyncio.get_running_loop().call_later(RETRY_S, self.log_on, newcomer, first)
            return
        config = self._config()
        try:
            if isinstance(first, LogonRefused):
                raise first
            request = read_logon(first, config.comp_id, config.clients)
            if request.comp_id not in self._links and len(self._links) >= config.clients_max:
                raise LogonRefused(FULL)
        except LogonRefused as refused:
            self._refuse(newcomer, first, str(refused))
            return
        newcomer.done()
        self._open(newcomer, request)

    def _open(self, newcomer: Newcomer, request: LogonRequest) -> None:
        connection, origin, address = newcomer.connection, newcomer.origin, newcomer.address

        def on_accepted(link: Link) -> None:
            self._checking.discard(link)
            before = self._links.pop(request.comp_id, None)
            if before is not None:
                before.leave(REPLACED)
            self._links[request.comp_id] = link

        def on_over(link: Link, reason: str) -> None:
            self._checking.discard(link)
            if self._links.get(request.comp_id) is link:
                del self._links[request.comp_id]
            if link.was_refused:
                self._note_refused(origin, address, reason)

        self._checking.add(Link(connection, request, self._shared, on_accepted, on_over))
        connection.release("newcomer")

    # ---- inside ------------------------------------------------------------------------------

    def _on_connection(self, accepted: socket.socket, address: object) -> None:
        if self._newcomers and self.pending >= LOGONS_PENDING_MAX:
            self._shared.counters.connections_displaced += 1
            self._displaced().give_up()
        place = ":".join(map(str, address[:2])) if isinstance(address, tuple) else str(address)
        newcomer = Newcomer(self, origin_of(accepted), place)
        self._newcomers[newcomer] = None
        self._shared.spawn(self._admit(newcomer, accepted), "fix connection")

    def _displaced(self) -> Newcomer:
        """Return the oldest connection of the origin that has most of those without a logon."""
        ((largest, _),) = Counter(each.origin for each in self._newcomers).most_common(1)
        return next(each for each in self._newcomers if each.origin == largest)

    async def _admit(self, newcomer: Newcomer, accepted: socket.socket) -> None:
        try:
            await newcomer.connection.open(accepted)
        except OSError:
            accepted.close()
            newcomer.done()

    def _refuse(self, newcomer: Newcomer, first: Message | LogonRefused, reason: str) -> None:
        sender = first.fields.get(tags.SENDER_COMP_ID) if isinstance(first, Message) else None
        ours = Parties(self._shared.comp_id, sender or UNKNOWN)
        connection = newcomer.connection
        connection.send(farewell(ours, self._shared.clock.wall_ns(), reason))
        connection.leave()
        newcomer.done()
        self._note_refused(newcomer.origin, newcomer.address, reason)

    def _note_refused(self, origin: str, address: str, reason: str) -> None:
        self._refusals.note(origin)
        self._shared.counters.logons_refused += 1
        self._shared.lines.emit(logger, LOGIN_REJECTED, address=address, reason=reason)

    def _beat(self) -> None:
        self._timer = call_at_beat(BEAT_NS, self._beat)
        now_ns = self._shared.clock.monotonic_ns()
        for link in list(self._links.values()):
            link.beat(now_ns)
        self._shared.lines.report()
