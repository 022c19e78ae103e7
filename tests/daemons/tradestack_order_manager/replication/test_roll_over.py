"""An order session that ends while the stream has not stored all of it."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import NOW_NS, an_order, some_rules
from tests.kit.clock import FakeClock
from tests.kit.disk_calls import record_disk_calls
from tests.kit.sender import MemorySender
from tradestack.configs.durability import Durability
from tradestack.replication.backlog import Backlog
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.trading.execution.model import ExecutionKind, ExecutionModel
from tradestack.wire.orders import encode_message
from tradestack_order_manager.accounts.execution import Execution
from tradestack_order_manager.availability import Availability
from tradestack_order_manager.order_statistics import OrderStatistics
from tradestack_order_manager.replica import Replica
from tradestack_order_manager.risk_events import RiskEvents
from tradestack_order_manager.roll_over import RollOver
from tradestack_order_manager.sessions.order_sessions import NewSessionFailed, OrderSessions
from tradestack_order_manager.sessions.replicated import Replicated
from tradestack_order_manager.settler import Settler
from tradestack_order_manager.show.journal_events import JournalEvents
from tradestack_order_manager.show.order_display import OrderDisplay
from tradestack_order_manager.usage import Usage

MILLISECOND_NS = 1_000_000


class Stream:
    """What the order manager knows of a stream; fault: set by the test."""

    fault: str | None = None
    is_confirmed = True
    is_cut_off = False

    def look(self) -> str | None:
        """Return the fault."""
        return self.fault

    def follow_faults(self, on_fault: Callable[[str | None], None]) -> None:
        """Do nothing."""


class Rolling:
    """A settler over a backlog that is stored when the test says so."""

    def __init__(self, directory: Path) -> None:
        self.log = directory / "order_log.txt"
        self.stream = Stream()
        self.begun: list[str] = []
        self.backlog = Backlog(lambda: None, 1 << 20)
        clock = self.clock = FakeClock(wall_offset_ns=NOW_NS)
        statistics = OrderStatistics(clock)
        self.histograms = statistics.histograms
        replicated = Replicated(None, False, self.backlog)
        replica = Replica(None, replicated, self.stream)
        self.sessions = OrderSessions(
            directory, Durability.REPLICATED, NOW_NS, replicated=replicated
        )
        self.availability = Availability(self._look)
        display = OrderDisplay(self.log, self.sessions.current, JournalEvents(0), clock)
        execution = Execution(
            ExecutionModel(kind=ExecutionKind.NONE),
            directory,
            self.sessions.current.known,
            away_max_ns=0,
            feed_wait_max_ns=0,
            connected=tuple,
            clock=clock,
        )
        self.settler = Settler(
            sessions=self.sessions,
            display=display,
            availability=self.availability,
            usage=Usage(clock.monotonic_ns()),
            statistics=statistics,
            durability=Durability.REPLICATED,
            rules=some_rules(),
            execution=execution,
            risk_events=RiskEvents(lambda _level: None),
            answer=lambda: None,
            when_kept=replica.settled_when,
            clock=clock,
        )
        self.roll_over = RollOver(
            sessions=self.sessions,
            settler=self.settler,
            display=display,
            execution=execution,
            session_ends=lambda: None,
            on_begun=lambda: self.begun.append(self.sessions.current.id),
            replica=replica,
            clock=clock,
        )
        self.client: Any = MemorySender("news", self.sessions.current.id)

    def _look(self) -> None:
        self.availability.note_stream(self.stream.fault, self.sessions.current.id)

    def enter(self, *names: str) -> list[bytes]:
        """Settle these orders in one pass; return what the client is told beside the reports."""
        self.client.unsequenced.clear()
        for name in names:
            self.settler.unsequenced_received(self.client, encode_message(an_order(cl_ord_id=name)))
        self.settler.settle()
        return list(self.client.unsequenced)

    def store(self) -> bool:
        """Let the stream store the next message; return whether there was one."""
        is_there = bool(self.backlog.take())
        self.backlog.keep()
        return is_there

    def logged(self) -> list[str]:
        """Return the numbers of the orders that have a line."""
        return [line.split()[3].rstrip(":") for line in self.log.read_text().splitlines()]


@pytest.fixture
def rolling(tmp_path: Path) -> Iterator[Rolling]:
    """Begin an order session, which the stream has."""
    rolling = Rolling(tmp_path)
    assert rolling.store()
    yield rolling
    rolling.sessions.close()


def test_nothing_is_logged_or_ended_before_it_is_stored(
    rolling: Rolling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a roll-over the log, the end of the session and its journal follow the stream in order."""
    calls = record_disk_calls(monkeypatch)

    async def roll_over() -> None:
        before = rolling.sessions.current
        rolling.enter("o1", "o2")
        session = rolling.roll_over.begin_session()
        assert rolling.begun == [session] != [before.id]
        assert (rolling.logged(), before.ended) == ([], False)
        assert rolling.sessions.find("", 0) is before  # nobody is told of the next one
        rolling.store()
        assert (rolling.logged(), before.ended) == (["1", "2"], False)
        journal = f"{before.id}{JOURNAL_SUFFIX}"
        assert calls[-2:] == [("sync", "order_log.txt"), ("sync", journal)]
        assert not (tmp_path / f"{session}{JOURNAL_SUFFIX}").exists()
        rolling.store()
        assert before.ended
        assert rolling.sessions.find("", 0) is rolling.sessions.current

    asyncio.run(roll_over())


def test_two_order_sessions_may_begin_in_one_stall(rolling: Rolling) -> None:
    """Each is served when it is stored, and not before; orders for one that has ended are not."""

    async def roll_over() -> None:
        first = rolling.sessions.current
        second = rolling.roll_over.begin_session()
        third = rolling.roll_over.begin_session()
        assert first.id < second < third
        (refusal,) = rolling.enter("o1")
        assert b"the order session has ended" in refusal
        found = []
        for _ in range(2):
            found.append(rolling.sessions.find("", 0))
            assert rolling.store()
        assert [each.id for each in found if each is not None] == [first.id, second]
        assert rolling.sessions.find("", 0) is rolling.sessions.current
        assert rolling.sessions.current.id == third

    asyncio.run(roll_over())


def test_no_order_session_begins_while_the_stream_stores_nothing(rolling: Rolling) -> None:
    """Orders that come meanwhile are refused in words, but those that are under way."""

    async def enter() -> None:
        session = rolling.sessions.current.id
        rolling.enter("o1")
        rolling.stream.fault = "the stream does not answer"
        with pytest.raises(NewSessionFailed, match="the stream does not answer"):
            rolling.roll_over.begin_session()
        assert rolling.sessions.current.id == session
        assert rolling.enter("o1") == []  # neither refused nor taken again
        (refusal,) = rolling.enter("o2", "o1")
        assert b'"o2"' in refusal
        assert b"APPLICATION_NOT_AVAILABLE" in refusal
        rolling.stream.fault = None
        assert rolling.enter("o2") == []
        rolling.store()
        orders = rolling.sessions.current.orders(1, 9)
        assert [record.order.cl_ord_id for record in orders] == ["o1", "o2"]

    asyncio.run(enter())


def test_an_order_session_that_is_given_up_stays_open_until_it_is_stored(
    rolling: Rolling,
) -> None:
    """What is under way of it still gets into its journal."""

    async def give_up() -> None:
        before = rolling.sessions.current
        rolling.enter("o1")
        rolling.sessions.record_loss("a client has seen more", NOW_NS)
        rolling.roll_over.leave_session()
        while rolling.store():
            pass
        assert before.journal.path.read_bytes().count(b'"ClOrdID":"o1"') == 2

    asyncio.run(give_up())


def test_the_latency_of_an_order_is_its_own(rolling: Rolling) -> None:
    """It ends when the stream has stored it, whatever is received meanwhile."""

    async def enter() -> None:
        for name in ("o1", "o2"):
            rolling.enter(name)
            rolling.backlog.take()
            rolling.clock.now_ns += 100 * MILLISECOND_NS
            rolling.settler.unsequenced_received(
                rolling.client, encode_message(an_order(cl_ord_id=f"{name} later"))
            )
            rolling.settler.settle()
            rolling.backlog.keep()

    asyncio.run(enter())
    latency = rolling.histograms()["latency.received_to_journalled"]
    assert latency.percentile_ns(0.01) > 90 * MILLISECOND_NS
