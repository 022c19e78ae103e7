"""Feed sessions one after the other: what begins and ends them, and what is kept."""

import asyncio
import dataclasses
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.daemons.tradestack_gateway.sessions.recorded import recorded_sidecars
from tests.kit.clock import FakeClock
from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.fake_time import run_in_fake_time
from tests.kit.segments import new_suffix
from tradestack.configs.gateway import AtEnd, GatewayConfig
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.process.end_process import EXIT_STATUS_FAULT
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.sources.pace import Schedule, parse_pace
from tradestack.store.shared_memory.books import SharedNewsBook, SharedPriceBook
from tradestack.store.shared_memory.segment import unlink
from tradestack_gateway.books import Books
from tradestack_gateway.feed_origin import SourceState
from tradestack_gateway.playback import Playback
from tradestack_gateway.player import Player
from tradestack_gateway.publisher import Publisher
from tradestack_gateway.sessions.feed_sessions import FeedSessions

TICKS = 9


class FakeServer:
    """What a playback needs of the session server and of its scheduler."""

    def __init__(self) -> None:
        self.connections: list[SimpleNamespace] = []
        self.scheduler = self
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1


class Stage:
    """A state directory, and the playback of one gateway process after the other."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "state"
        self.directory.mkdir()
        prices = write(directory / "prices.csv", PRICES_HEADER + price_rows(TICKS))
        self.config = dataclasses.replace(
            GatewayConfig(), prices=(str(prices),), pace=parse_pace("max"), at_end=AtEnd.HOLD
        )
        self.clock = FakeClock()
        self.server = FakeServer()
        self.suffix = new_suffix()

    def run(self, act: Callable[[Playback], Awaitable[None]]) -> None:
        """Open a playback, let it run beside `act` and close it, as one process."""

        async def work() -> None:
            playback = self._playback()
            assert playback.state is SourceState.CHECKING
            try:
                await playback.open()
                running = asyncio.create_task(playback.run())
                await act(playback)
                running.cancel()
            finally:
                playback.close()
                self._feed_sessions.close()
                self.books.close()

        run_in_fake_time(self.clock, work())

    def _playback(self) -> Playback:
        self.books = Books.open(self.suffix)
        self._feed_sessions = FeedSessions(self.directory, self.clock, Notifier(None))
        publisher = Publisher(self.books, lambda: None, self.clock)
        self.player = Player(publisher, Schedule(self.config.pace, 0), self.clock)
        server: Any = self.server
        return Playback(
            self.config,
            self._feed_sessions,
            self.books,
            self.player,
            server,
            self.clock,
            session_ends=lambda: None,
            session_began=lambda: None,
        )

    def sessions(self) -> list[str]:
        """The ids of the sessions in the directory, oldest first."""
        return [sidecar.session_id for sidecar in recorded_sidecars(self.directory)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A gateway's directory before its first start."""
    stage = Stage(tmp_path)
    yield stage
    for book in (SharedPriceBook, SharedNewsBook):
        unlink(f"{book.NAME}{stage.suffix}")


async def pass_time(seconds: float = 10) -> None:
    """Let the playback run."""
    await asyncio.sleep(seconds)


def test_first_start_begins_a_session(stage: Stage) -> None:
    """It is played to its end, and the books belong to it."""

    async def act(playback: Playback) -> None:
        await pass_time()
        session_id = playback.feed_session.session_id
        assert playback.state is SourceState.ENDED
        assert playback.feed_session.log.head == TICKS
        assert [book.session_id for book in stage.books.both] == [session_id] * 2
        assert [book.sequence for book in stage.books.both] == [TICKS] * 2
        assert stage.sessions() == [session_id]

    stage.run(act)


def test_restart_continues_the_session(stage: Stage) -> None:
    """Pace and pause set by command apply until the config has another pace."""
    found: list[object] = []

    async def interrupt(playback: Playback) -> None:
        playback.set_pace(parse_pace("1/s"))
        await pass_time(2.5)
        playback.pause()
        await pass_time(60)
        found.append(playback.feed_session.session_id)
        found.append(playback.feed_session.log.head)

    async def go_on(playback: Playback) -> None:
        await pass_time(60)
        assert playback.state is SourceState.PAUSED
        assert [playback.feed_session.session_id, playback.feed_session.log.head] == found
        assert stage.player.pace == parse_pace("1/s")
        playback.resume()
        playback.apply_config(dataclasses.replace(stage.config, pace=parse_pace("60x")))
        assert stage.player.pace == parse_pace("60x")
        await pass_time(60)
        assert playback.feed_session.log.head == TICKS

    stage.run(interrupt)
    stage.run(go_on)


def test_loop_begins_one_session_after_the_other(stage: Stage) -> None:
    """Each has all ticks; a tiny file begins at most one session a second."""
    stage.config = dataclasses.replace(stage.config, at_end=AtEnd.LOOP, sessions_kept=100)

    async def act(playback: Playback) -> None:
        began_ns = stage.clock.now_ns
        await pass_time(5.5)
        assert stage.clock.now_ns - began_ns < 6 * NANOSECONDS_PER_SECOND
        assert playback.state is SourceState.RUNNING

    stage.run(act)

    sessions = stage.sessions()
    assert 5 <= len(sessions) <= 7
    assert sessions == sorted(sessions)
    assert stage.server.wakes == len(sessions) - 1


def test_end_session_ends_it_for_its_clients(stage: Stage) -> None:
    """The server is woken to send the end; a restart does not begin another session."""
    stage.config = dataclasses.replace(stage.config, at_end=AtEnd.END_SESSION)

    async def act(playback: Playback) -> None:
        await pass_time()
        assert playback.feed_session.log.ended
        assert playback.state is SourceState.ENDED

    stage.run(act)
    assert stage.server.wakes == 1
    sessions = stage.sessions()
    stage.run(act)

    assert stage.sessions() == sessions


def test_a_command_begins_a_new_session(stage: Stage) -> None:
    """It starts with the first tick and empty books; the old one has ended."""
    stage.config = dataclasses.replace(stage.config, pace=parse_pace("1/s"))

    async def act(playback: Playback) -> None:
        await pass_time(4.5)
        old = playback.feed_session
        new = await playback.new_session()
        assert old.log.ended
        assert stage.books.both[0].sequence == 0
        await pass_time(2.5)
        assert playback.feed_session.session_id == new != old.session_id
        assert playback.feed_session.log.head == 3
        assert old.log.head == 5

    stage.run(act)


def test_bad_sources_do_not_end_the_session(stage: Stage) -> None:
    """A new session is refused with the file's fault, and the old one continues."""
    stage.config = dataclasses.replace(stage.config, pace=parse_pace("1/s"))

    async def act(playback: Playback) -> None:
        old = playback.feed_session
        write(stage.directory.parent / "prices.csv", "no header\n")
        with pytest.raises(OperatorFault, match='"symbol" and "price" missing'):
            await playback.new_session()
        await pass_time(60)
        assert playback.feed_session is old
        assert old.log.head == TICKS

    stage.run(act)


def test_fault_holds_until_a_new_session(stage: Stage) -> None:
    """Published ticks stay; a corrected file is played from its beginning."""
    path = stage.directory.parent / "prices.csv"
    stage.config = dataclasses.replace(stage.config, validate_bytes_max=0)
    good, bad = PRICES_HEADER + price_rows(9_000), "2020-01-01T00:00:00Z,AA,1,1\n"
    write(path, good + bad)

    async def act(playback: Playback) -> None:
        await pass_time()
        assert playback.state is SourceState.FAULT
        assert "line 9002: timestamp is earlier" in str(playback.fault)
        assert playback.feed_session.log.head > 0
        write(path, good)
        await playback.new_session()
        await pass_time()
        assert (playback.state, playback.fault) == (SourceState.ENDED, None)
        assert playback.feed_session.log.head == 9_000

    stage.run(act)


def test_old_sessions_without_readers_are_removed(stage: Stage) -> None:
    """The configured number of sessions stays, and those that a client reads."""
    stage.config = dataclasses.replace(stage.config, sessions_kept=2)

    async def act(playback: Playback) -> None:
        await pass_time()
        first = playback.feed_session.session_id
        stage.server.connections = [SimpleNamespace(session_id=first)]
        others = [await playback.new_session() for _ in range(3)]
        assert stage.sessions() == [first, *others[-2:]]
        stage.server.connections = []
        playback.prune()
        assert stage.sessions() == others[-2:]
        playback.prune(1)
        assert stage.sessions() == others[-1:]

    stage.run(act)


def test_a_fault_between_two_sessions_ends_the_process_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one is over and the other on record: a restart plays that one, with books of its own."""

    def out_of_memory(*_: object) -> None:
        raise MemoryError

    async def act(playback: Playback) -> None:
        await pass_time()
        monkeypatch.setattr(Books, "begin", out_of_memory)
        await playback.new_session()

    async def look(playback: Playback) -> None:
        await pass_time()
        first, second = stage.sessions()
        assert playback.feed_session.session_id == second != first
        assert [book.session_id for book in stage.books.both] == [second] * 2

    if (pid := os.fork()) == 0:
        try:
            stage.run(act)
        finally:
            os._exit(99)
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == EXIT_STATUS_FAULT
    assert [sidecar.ended for sidecar in recorded_sidecars(stage.directory)] == [True, False]
    stage.run(look)
