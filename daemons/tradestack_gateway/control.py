"""control socket → the gateway: io.tradestack.Gateway."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.symbol import is_symbol
from tradestack.domain.tick import Tick
from tradestack.domain.times import format_utc
from tradestack.net.control.server import Interface, Method, Peer
from tradestack.net.server.client_facts import ClientFacts, describe_connections
from tradestack.net.server.session_server import SessionServer
from tradestack.sources.source import SourceFault
from tradestack.wire.feed import TickBatch
from tradestack.wire.varlink import VarlinkError, invalid_parameter
from tradestack_gateway.pace import parse_pace
from tradestack_gateway.playback import Playback

READ_RECORDS_MAX = 1_024  # looked at in one pass of the loop
POLL_S = 0.05  # how often who follows looks for more: for people, and so it costs the feed nothing
NAME = "io.tradestack.Gateway"
DESCRIPTION = """\
# The feed: how fast it goes, who listens, what is in it.
interface io.tradestack.Gateway

# cursor: the next message to be sent; lag: messages of the session that are still to be sent.
type Connection (user: string, peer: string, session: string, cursor: int, lag: int,
  bytes_sent: int, joined_time: string)

# value and size are decimal numbers; a size of "0" means that there is none.
type Tick (session: string, sequence: int, kind: (price, news), symbol: string,
  event_time: string, publish_time: string, value: string, size: string)

# Stops publishing until Resume, also over restarts. Clients stay and are served.
method Pause() -> ()

# Goes on with the next tick at once; what was missed meanwhile is not made up for.
method Resume() -> ()

# "1x" as fast as it happened, "60x" sixty times that, "500/s" ticks a second, "max".
# Holds over restarts until the config names another pace. Returns the pace as it is now.
method SetPace(pace: string) -> (pace: string)

# Everyone who is logged in to the feed.
method ListClients() -> (clients: []Connection)

# Ends the session; a new one begins with the first tick of the sources, as the files are now.
method NewSession() -> (session: string)

# The messages of the present session from number `from` on (0 or absent: the newest), of one
# symbol if it is given. With `follow` it waits for more, and goes on in the next session;
# otherwise it ends at the head.
method ReadTicks(from: ?int, symbol: ?string, follow: ?bool) -> (ticks: []Tick)

# The pace is none, or out of range.
error InvalidPace(text: string)

# The sources cannot be used; the session goes on as it was.
error SourceRefused(reason: string)
"""


def gateway_interface(playback: Playback, server: SessionServer) -> Interface:
    """The Varlink interface of the gateway."""
    methods = GatewayMethods(playback, server)
    return Interface(
        name=NAME,
        description=DESCRIPTION,
        methods={
            "Pause": Method(methods.pause, changes=True),
            "Resume": Method(methods.resume, changes=True),
            "SetPace": Method(methods.set_pace, changes=True),
            "ListClients": Method(methods.list_clients, changes=False),
            "NewSession": Method(methods.new_session, changes=True),
            "ReadTicks": Method(methods.read_ticks, changes=False),
        },
    )


class GatewayMethods:
    """A handler for each method, as `net.control_server` calls them."""

    def __init__(self, playback: Playback, server: SessionServer) -> None:
        self._playback = playback
        self._server = server

    def pause(self, _parameters: Mapping[str, Any], _peer: Peer) -> dict[str, Any]:
        """Pause."""
        self._playback.pause()
        return {}

    def resume(self, _parameters: Mapping[str, Any], _peer: Peer) -> dict[str, Any]:
        """Resume."""
        self._playback.resume()
        return {}

    def set_pace(self, parameters: Mapping[str, Any], _peer: Peer) -> dict[str, Any]:
        """SetPace."""
        try:
            pace = parse_pace(parameters["pace"])
        except ValueError as error:
            raise VarlinkError(f"{NAME}.InvalidPace", {"text": str(error)}) from None
        self._playback.set_pace(pace)
        return {"pace": str(pace)}

    def list_clients(self, _parameters: Mapping[str, Any], _peer: Peer) -> dict[str, Any]:
        """ListClients."""
        clients = describe_connections(self._server.connections)
        return {"clients": [client_facts(client) for client in clients]}

    async def new_session(self, _parameters: Mapping[str, Any], _peer: Peer) -> dict[str, Any]:
        """NewSession."""
        try:
            return {"session": await self._playback.new_session()}
        except (OperatorFault, SourceFault, OSError) as error:
            raise VarlinkError(f"{NAME}.SourceRefused", {"reason": str(error)}) from error

    async def read_ticks(
        self, parameters: Mapping[str, Any], _peer: Peer
    ) -> AsyncIterator[dict[str, Any]]:
        """ReadTicks."""
        symbol = parameters.get("symbol")
        if symbol is not None and not is_symbol(symbol):
            raise invalid_parameter("symbol")
        log, sequence = self._playback.feed_session.log, _first_sequence(parameters)
        sequence = sequence or max(1, log.head)
        while True:
            while sequence <= log.head:
                batch = TickBatch(sequence, log.records(sequence, READ_RECORDS_MAX))
                if ticks := _chosen(log.session_id, batch, symbol):
                    yield {"ticks": ticks}
                sequence = batch.last_sequence + 1
                await asyncio.sleep(0)
            if not parameters.get("follow"):
                return
            if log.ended and self._playback.feed_session.log is not log:
                log, sequence = self._playback.feed_session.log, 1
            await asyncio.sleep(POLL_S)


def _first_sequence(parameters: Mapping[str, Any]) -> int:
    sequence: int = parameters.get("from") or 0
    if sequence < 0:
        raise invalid_parameter("from")
    return sequence


def client_facts(client: ClientFacts) -> dict[str, Any]:
    """One client as it is told of, in ListClients and in the stats."""
    return {
        "user": client.user,
        "peer": client.peer,
        "session": client.session_id,
        "cursor": client.cursor,
        "lag": client.lag,
        "bytes_sent": client.bytes_sent,
        "joined_time": format_utc(client.joined_time_ns),
    }


def _chosen(session: str, batch: TickBatch, symbol: str | None) -> list[dict[str, Any]]:
    return [_tick(session, tick) for tick in batch.ticks() if symbol in (None, tick.symbol)]


def _tick(session: str, tick: Tick) -> dict[str, Any]:
    return {
        "session": session,
        "sequence": tick.sequence,
        "kind": tick.kind.name.lower(),
        "symbol": tick.symbol,
        "event_time": format_utc(tick.event_time_ns),
        "publish_time": format_utc(tick.publish_time_ns),
        "value": format_fixed(tick.value),
        "size": format_fixed(tick.size),
    }
