"""The order path: what one pass settles, which clients wait, and where a fault ends the process."""

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import NOW_NS, an_order, some_rules
from tests.kit.asyncio_runner import run_on_uvloop
from tests.kit.net import Handler, MemoryStream, Net
from tests.kit.sender import MemorySender
from tradestack.configs.durability import Durability
from tradestack.net.server.limits import SessionLimits
from tradestack.runtime.clock import SystemClock
from tradestack.runtime.process.end_process import EXIT_STATUS_FAULT
from tradestack.sessions import order_session as order_session_module
from tradestack.sessions.order_session import OrderSession
from tradestack.store.journal import Journal
from tradestack.trading.execution.model import ExecutionKind, ExecutionModel
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.orders import encode_message
from tradestack.wire.soup import PacketType, encode_packet
from tradestack_order_manager.accounts.execution import Execution
from tradestack_order_manager.availability import Availability
from tradestack_order_manager.order_statistics import OrderStatistics
from tradestack_order_manager.risk_events import RiskEvents
from tradestack_order_manager.sessions.journal_files import session_paths
from tradestack_order_manager.sessions.order_sessions import OrderSessions
from tradestack_order_manager.settler import Settler
from tradestack_order_manager.show.journal_events import JournalEvents
from tradestack_order_manager.show.order_display import OrderDisplay
from tradestack_order_manager.usage import Usage

LIMIT = 10


class Settling(Handler):
    """Server's handler with a settler; counts the reports of each pass."""

    def __init__(self, directory: Path, durability: Durability = Durability.OS) -> None:
        super().__init__(MemoryStream())
        self.sessions = OrderSessions(directory, durability, NOW_NS)
        self.reported: list[int] = []
        clock = SystemClock()
        log = directory / "order_log.txt"
        self.settler = Settler(
            sessions=self.sessions,
            display=OrderDisplay(log, self.sessions.current, JournalEvents(0), clock),
            availability=Availability(),
            usage=Usage(clock.monotonic_ns()),
            statistics=OrderStatistics(clock),
            durability=durability,
            rules=some_rules(),
            execution=Execution(
                ExecutionModel(kind=ExecutionKind.NONE),
                directory,
                self.sessions.current.known,
                away_max_ns=0,
                feed_wait_max_ns=0,
                connected=tuple,
                clock=clock,
            ),
            risk_events=RiskEvents(lambda _level: None),
            answer=self._answer,
            when_kept=None,
            clock=clock,
        )

    @property
    def state(self) -> SessionState:
        """Return the state of the order session."""
        return self.sessions.current.state

    def stream_for(self, user: str, session: str, sequence: int) -> Any:
        """Return the user's reports."""
        return self.sessions.current.stream(user)

    @property
    def messages(self) -> Any:
        """The settler."""
        return self.settler

    def _answer(self) -> None:
        self.reported.append(self.state.reports_count - sum(self.reported))
        self.changed.set()


@pytest.fixture
def handler(tmp_path: Path) -> Iterator[Settling]:
    """Make a settler with an order session of its own."""
    settling = Settling(tmp_path)
    yield settling
    settling.sessions.close()


@pytest.mark.parametrize(
    ("count", "sizes"), [(LIMIT, [LIMIT]), (LIMIT + 1, [LIMIT, 1]), (3 * LIMIT, [LIMIT] * 3)]
)
def test_no_more_orders_of_a_client_are_in_flight_than_the_limit(
    tmp_path: Path, handler: Settling, count: int, sizes: list[int]
) -> None:
    """Orders beyond the limit are read after those are settled; none is lost or overtaken."""
    orders = [an_order(cl_ord_id=f"news-{number}") for number in range(count)]
    packets = [encode_packet(PacketType.UNSEQUENCED_DATA, encode_message(each)) for each in orders]
    net = Net(tmp_path)

    async def enter_all_at_once() -> None:
        limits = SessionLimits(turn_packets_max=LIMIT)
        async with (
            net.serving(handler, limits=limits) as running,
            net.connected(running.address) as client,
        ):
            await client.log_in(1)
            await client.send(b"".join(packets))
            await handler.until(lambda: sum(handler.reported) == count)

    run_on_uvloop(enter_all_at_once())

    records = handler.sessions.current.orders(1, count)
    assert handler.reported == sizes
    assert [record.order.cl_ord_id for record in records] == [each.cl_ord_id for each in orders]


@pytest.mark.parametrize(
    ("durability", "steps"),
    [
        (Durability.OS, ["append", "commit", "answer", "show"]),
        (Durability.DISK, ["append", "sync", "commit", "answer", "show"]),
    ],
)
def test_an_order_is_journalled_before_its_answer_and_shown_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durability: Durability, steps: list[str]
) -> None:
    """The steps of a pass have one order, and only "disk" waits for the disk."""
    taken: list[str] = []

    def trace(owner: Any, name: str, step: str) -> None:
        run = getattr(owner, name)

        def traced(*arguments: Any) -> Any:
            taken.append(step)
            return run(*arguments)

        monkeypatch.setattr(owner, name, traced)

    handler = Settling(tmp_path, durability)
    trace(Journal, "append", "append")
    trace(Journal, "sync", "sync")
    trace(order_session_module, "commit", "commit")
    trace(OrderDisplay, "show", "show")
    handler.settler._answer = lambda: taken.append("answer")
    client: Any = MemorySender("news", handler.sessions.current.id)

    async def enter() -> None:
        handler.settler.unsequenced_received(client, encode_message(an_order()))
        handler.settler.settle()

    asyncio.run(enter())

    assert taken == steps
    handler.sessions.close()


@pytest.mark.parametrize("place", ["commit", "append", "sync"])
def test_a_fault_between_journal_and_state_ends_the_process_there(
    tmp_path: Path, handler: Settling, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """After the fault nothing is settled or answered, and a restart finds one order."""
    append = handler.sessions.current.journal._file.append

    def out_of_memory(*_arguments: object) -> None:
        raise MemoryError

    def append_and_fail(_file: object, data: bytes) -> None:
        append(data)
        raise MemoryError

    def fail(_journal: Journal) -> None:
        raise OSError(errno.EIO, "Input/output error")

    if place == "sync":
        handler.settler.durability = Durability.DISK
        monkeypatch.setattr(Journal, "sync", fail)
    elif place == "commit":
        monkeypatch.setattr(order_session_module, "commit", out_of_memory)
    else:
        monkeypatch.setattr("tradestack.store.journal.AppendFile.append", append_and_fail)
    client: Any = MemorySender("news", handler.sessions.current.id)

    async def enter_twice() -> None:
        handler.settler.unsequenced_received(client, encode_message(an_order()))
        asyncio.get_running_loop().call_soon(
            handler.settler.unsequenced_received,
            client,
            encode_message(an_order(cl_ord_id="news-2")),
        )
        await asyncio.sleep(0.1)

    if (pid := os.fork()) == 0:
        try:
            asyncio.run(enter_twice())
        finally:
            os._exit(99)
    _, status = os.waitpid(pid, 0)
    handler.sessions.close()
    recovered = OrderSession.recover(session_paths(tmp_path)[0])

    assert os.waitstatus_to_exitcode(status) == EXIT_STATUS_FAULT
    assert recovered is not None
    assert [record.order.cl_ord_id for record in recovered.orders(1, 9)] == ["news-1"]
    assert recovered.stream("news").head == 1
    recovered.close()
    handler.sessions = OrderSessions(tmp_path, Durability.OS, NOW_NS)
