"""io.tradestack.Gateway: the gateway's interface on its control socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.symbol import is_symbol
from tradestack.domain.tick import Tick
from tradestack.domain.times import format_utc
from tradestack.net.control.interface import Interface, Method, invalid_parameter
from tradestack.net.server.clients import Clients, list_clients
from tradestack.net.server.session_server import SessionServer
from tradestack.sources.pace import parse_pace
from tradestack.sources.source import SourceFault
from tradestack.store.free_space import storage_fault
from tradestack.wire.feed import TickBatch
from tradestack.wire.varlink import declared_error
from tradestack_gateway.feed_origin import FeedOrigin
from tradestack_gateway.relay import Relayed

NAME = "io.tradestack.Gateway"
READ_RECORDS_MAX = 32  # in one reply: a third of a millisecond, for which ticks have to wait
POLL_INTERVAL_S = 0.05  # for a reader that follows: people notice no more, and the feed no less


class Pace(msgspec.Struct, frozen=True):
    """The pace of publication: "1x", "60x", "500/s" or "max"."""

    pace: str


class NewFeedSession(msgspec.Struct, frozen=True):
    """The id of the session that began."""

    session: str


class ReadTicks(msgspec.Struct, frozen=True):
    """Which messages to read."""

    start: Annotated[int, msgspec.Meta(ge=0)] | None = msgspec.field(default=None, name="from")
    symbol: str | None = None
    follow: bool | None = None


class TickFacts(msgspec.Struct, frozen=True):
    """A message of the feed; kind is "price" or "news".

    value and size are decimal numbers; a size of "0" means that there is none.
    """

    session: str
    sequence: int
    kind: str
    symbol: str
    event_time: str
    publish_time: str
    value: str
    size: str


class Ticks(msgspec.Struct, frozen=True):
    """Messages in the order of the feed."""

    ticks: list[TickFacts] = []


class InvalidPace(msgspec.Struct, frozen=True):
    """The pace is not understood or out of range."""

    text: str


class SourceRefused(msgspec.Struct, frozen=True):
    """The sources cannot be used; the session goes on as it was."""

    reason: str


class FeedIsRelayed(msgspec.Struct, frozen=True):
    """The gateway follows another one, which alone can do that."""

    reason: str


def gateway_interface(playback: FeedOrigin, server: SessionServer) -> Interface:
    """Declare the gateway's Varlink interface."""
    handlers = Handlers(playback, server)
    return Interface(
        NAME,
        "The feed: its pace, its clients, its messages.",
        [
            Method.of(handlers.pause, changes=True),
            Method.of(handlers.resume, changes=True),
            Method.of(handlers.set_pace, changes=True),
            Method.of(handlers.list_clients),
            Method.of(handlers.new_session, changes=True),
            Method.of(handlers.read_ticks),
        ],
        (InvalidPace, SourceRefused, FeedIsRelayed),
    )


class Handlers:
    """The handlers of the methods."""

    def __init__(self, playback: FeedOrigin, server: SessionServer) -> None:
        self._playback = playback
        self._server = server

    def pause(self) -> None:
        """Stop publishing until Resume, also over restarts; clients stay connected."""
        with _asked_of_the_source():
            self._playback.pause()

    def resume(self) -> None:
        """Go on with the next tick at once; the time of the pause is not made up for."""
        with _asked_of_the_source():
            self._playback.resume()

    def set_pace(self, parameters: Pace) -> Pace:
        """Set the pace; it holds over restarts until the config names another one.

        "1x" publishes as fast as it happened, "60x" sixty times as fast, "500/s" that many ticks
        per second, "max" as fast as possible.
        """
        try:
            pace = parse_pace(parameters.pace)
        except ValueError as error:
            raise declared_error(NAME, InvalidPace(str(error))) from None
        with _asked_of_the_source():
            self._playback.set_pace(pace)
        return Pace(str(pace))

    def list_clients(self) -> Clients:
        """List the clients that are logged in, in the order of their logins."""
        return Clients(list_clients(self._server.connections))

    async def new_session(self) -> NewFeedSession:
        """End the session and begin one with the first tick of the sources as they are now."""
        try:
            with _asked_of_the_source():
                return NewFeedSession(await self._playback.new_session())
        except (OperatorFault, SourceFault) as error:
            raise declared_error(NAME, SourceRefused(str(error))) from error
        except OSError as error:
            directory = self._playback.feed_session.log.path.parent
            fault = SourceRefused(storage_fault(error, directory))
            raise declared_error(NAME, fault) from error

    async def read_ticks(self, parameters: ReadTicks) -> AsyncIterator[Ticks]:
        """Read messages of the current session, of one symbol if it is given.

        They begin with number "from"; 0 or absent is the newest one. With "follow" the stream
        waits for more and goes on in the next session, otherwise it ends at the head.
        """
        symbol = parameters.symbol
        if symbol is not None and not is_symbol(symbol):
            raise invalid_parameter("symbol")
        log = self._playback.feed_session.log
        sequence = parameters.start or max(1, log.head)
        while True:
            while sequence <= log.head:
                batch = TickBatch(sequence, log.records(sequence, READ_RECORDS_MAX))
                if ticks := _selected(log.session_id, batch, symbol):
                    yield Ticks(ticks)
                sequence = batch.last_sequence + 1
                await asyncio.sleep(0)
            if not parameters.follow:
                return
            if log.ended and self._playback.feed_session.log is not log:
                log, sequence = self._playback.feed_session.log, 1
            await asyncio.sleep(POLL_INTERVAL_S)


@contextlib.contextmanager
def _asked_of_the_source() -> Iterator[None]:
    try:
        yield
    except Relayed as error:
        raise declared_error(NAME, FeedIsRelayed(str(error))) from None


def _selected(session_id: str, batch: TickBatch, symbol: str | None) -> list[TickFacts]:
    return [_facts(session_id, tick) for tick in batch.ticks() if symbol in (None, tick.symbol)]


def _facts(session_id: str, tick: Tick) -> TickFacts:
    return TickFacts(
        session=session_id,
        sequence=tick.sequence,
        kind=tick.kind.name.lower(),
        symbol=tick.symbol,
        event_time=format_utc(tick.event_time_ns),
        publish_time=format_utc(tick.publish_time_ns),
        value=format_fixed(tick.value),
        size=format_fixed(tick.size),
    )
