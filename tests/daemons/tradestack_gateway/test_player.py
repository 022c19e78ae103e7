"""The player publishes ticks when they are due, in time that the test makes pass."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from tests.daemons.tradestack_gateway.ticks import TickSource, begin_session, make_ticks
from tests.kit.clock import FakeClock
from tests.kit.fake_time import run_in_fake_time
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.sessions.feed_session import FeedSession
from tradestack.sources.pace import Schedule, parse_pace
from tradestack_gateway.player import STALL_NS, TURN_NS, PlayEnd, Player
from tradestack_gateway.publisher import Publisher

TICKS = 10
START_NS = 1_700_000_000 * NANOSECONDS_PER_SECOND


@dataclass
class NoBooks:
    """Books without memory."""

    both: tuple[()] = ()


@dataclass
class Stage:
    """A player with a session of TICKS ticks, one a second of event time."""

    session: FeedSession
    clock: FakeClock = field(default_factory=lambda: FakeClock(wall_offset_ns=START_NS))
    player: Player = field(init=False)
    served: int = 0
    on_served: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        publisher = Publisher(NoBooks(), self._serve, self.clock)  # type: ignore[arg-type]
        self.player = Player(publisher, Schedule(parse_pace("1x"), 0), self.clock)

    def _serve(self) -> None:
        self.served += 1
        self.on_served()

    def play(self, *commands: tuple[float, Callable[[], None]]) -> PlayEnd:
        """Play to the end; each command is given some seconds after the beginning."""

        async def work() -> PlayEnd:
            loop = asyncio.get_running_loop()
            for delay_s, command in commands:
                loop.call_later(delay_s, command)
            return await self.player.play(self.session)

        return run_in_fake_time(self.clock, work())

    @property
    def seconds(self) -> list[float]:
        """When each message was published, since the first."""
        times = self.session.log.records(1, 1_000)["publish_time_ns"].tolist()
        return [round((time - times[0]) / NANOSECONDS_PER_SECOND, 6) for time in times]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A player before it plays."""
    stage = Stage(begin_session(tmp_path, TickSource(make_ticks(TICKS))))
    yield stage
    stage.session.close()


@pytest.mark.parametrize(
    ("pace", "seconds_apart"), [("1x", 1.0), ("4x", 0.25), ("2/s", 0.5), ("max", 0.0)]
)
def test_ticks_are_published_when_they_are_due(
    stage: Stage, pace: str, seconds_apart: float
) -> None:
    """Each has the time at which it was published, to the end of the source."""
    stage.player.set_pace(parse_pace(pace), 0)

    end = stage.play()

    assert end is PlayEnd.SOURCE_ENDED
    assert stage.seconds == [number * seconds_apart for number in range(TICKS)]
    assert stage.session.log.records(1, 1)["publish_time_ns"][0] > START_NS


def test_batches_are_served_at_once(stage: Stage) -> None:
    """At "max", clients are served once for each batch, not for each tick."""
    stage.player.set_pace(parse_pace("max"), 0)

    stage.play()

    assert stage.served == 3  # batches of four


def test_other_tasks_run_between_batches(tmp_path: Path) -> None:
    """At "max", the player yields every TURN_NS, though it never waits."""
    stage = Stage(begin_session(tmp_path, TickSource(make_ticks(4_000))))
    stage.player.set_pace(parse_pace("max"), 0)
    heads: list[int] = []

    def serve() -> None:
        stage.clock.now_ns += TURN_NS // 10  # what a batch takes

    stage.on_served = serve

    async def work() -> None:
        playing = asyncio.create_task(stage.player.play(stage.session))
        while not playing.done():
            heads.append(stage.session.log.head)
            await asyncio.sleep(0)

    run_in_fake_time(stage.clock, work())

    batches = [(later - head) / 4 for head, later in pairwise(heads[1:])]
    assert max(batches) == 10
    assert stage.session.log.head == 4_000
    stage.session.close()


def test_no_burst_follows_a_pause(stage: Stage) -> None:
    """Ticks that were due in the pause are published at their own distances afterwards."""
    stage.play((2.5, stage.player.pause), (100, stage.player.resume))

    assert stage.seconds == [0, 1, 2, *range(100, 107)]


def test_new_pace_applies_to_the_next_tick(stage: Stage) -> None:
    """This holds also while the player waits for a tick of the old pace."""
    stage.play((2.5, lambda: stage.player.set_pace(parse_pace("max"), 0)))

    assert stage.seconds == [0, 1, 2] + [2.5] * 7


def test_interrupted_session_stays_where_it_is(stage: Stage) -> None:
    """Nothing more is published; playing again continues with the next tick."""
    first = stage.play((3.5, stage.player.interrupt))
    head = stage.session.log.head
    second = stage.play()

    assert (first, head, second) == (PlayEnd.INTERRUPTED, 4, PlayEnd.SOURCE_ENDED)
    assert stage.session.log.records(1, 99)["value"].tolist() == list(range(1, TICKS + 1))


def test_shortage_blocks_until_it_is_over(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """No tick is lost, and no burst follows the first one."""
    reasons = []

    def shorten() -> None:
        stage.player.shortage = "3 MiB are free"

    def end() -> None:
        reasons.append(stage.player.blocked)
        stage.player.shortage = None

    stage.play((1.5, shorten), (20.2, end))

    assert reasons == ["3 MiB are free"]
    assert stage.player.blocked is None
    assert stage.seconds == [0, 1, *range(21, 29)]
    assert caplog.text.count("3 MiB are free") == 1


def test_missed_pass_is_overdue(stage: Stage) -> None:
    """A hanging loop is noticed by the watchdog, a wait for the next tick is not."""
    now_ns: list[int] = []
    stage.play(
        (0.5, lambda: now_ns.append(stage.clock.now_ns)),
        (0.6, lambda: now_ns.append(int(stage.player.overdue(now_ns[0] + STALL_NS)))),
        (0.7, lambda: now_ns.append(int(stage.player.overdue(now_ns[0] + 2 * STALL_NS)))),
    )

    assert now_ns[1:] == [0, 1]
    assert not stage.player.overdue(stage.clock.now_ns + 100 * STALL_NS)
