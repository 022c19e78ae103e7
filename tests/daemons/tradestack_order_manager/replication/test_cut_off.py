"""A primary that does not reach its stream: it answers nothing, and sends its clients away."""

import asyncio
import dataclasses
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.blocking_client import BlockingClient
from tests.kit.nats import NatsServers, create_replicated_stream
from tests.kit.replicated import ReplicatedOrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.requests import OrderStatusRequest
from tradestack.engine.connection import connect
from tradestack.engine.stream import delete_stream
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.varlink import VarlinkError

ORDER = an_order(cl_ord_id="o1", quantity=SCALE)
STATUS = OrderStatusRequest(cl_ord_id="o1")


@contextmanager
def stopped(servers: NatsServers, numbers: list[int]) -> Iterator[None]:
    """Stop these servers."""
    for number in numbers:
        servers.signal(number, signal.SIGSTOP)
    try:
        yield
    finally:
        for number in numbers:
            servers.signal(number, signal.SIGCONT)
        servers.wait_ready()


def _log_in(manager: ReplicatedOrderManager) -> BlockingClient:
    """Log in and enter an order."""
    client = manager.client()
    client.send(ORDER, STATUS)
    assert client.receive_report().cl_ord_id == "o1"
    assert client.receive_report().exec_id == "0"
    return client


def _leader(servers: NatsServers, stream: str, *, asked: int) -> int:
    """Return the number of the server that leads the stream, by what one of them says."""

    async def info() -> dict[str, Any]:
        settings = dataclasses.replace(servers.settings(), servers=(servers.urls[asked],))
        async with await connect(settings) as connection:
            return await connection.request(f"STREAM.INFO.{stream}")

    return int(asyncio.run(info())["cluster"]["leader"].removeprefix("n"))


def _is_refused(client: BlockingClient) -> bool:
    """Ask for the status of the order; return whether it is refused."""
    client.send(STATUS)
    answer = client.receive_one()
    if isinstance(answer, ExecutionReport):
        return False
    assert isinstance(answer, BusinessMessageReject)
    assert answer.ref_msg_type == "OrderStatusRequest"
    return True


def test_without_its_stream_it_answers_nothing_and_disconnects(
    primary: ReplicatedOrderManager, servers: NatsServers
) -> None:
    """Nothing is under way; when the stream is there again it goes on as before."""
    client = _log_in(primary)
    with stopped(servers, [0, 1, 2]):
        primary.stats_when(lambda stats: stats["journal_fault"] is not None)
        assert _is_refused(client)
        for method in ("ListOrders", "NewSession"):
            with pytest.raises(VarlinkError, match="most servers of the stream do not answer"):
                primary.call(method)
        refused = primary.raw_client().send_login()
        assert refused.next_packet() is None
        assert refused.remarks[0].startswith(b"STANDBY this order manager does not reach")
        client.send(STATUS)  # not silent
        assert len(client.rest()) == 1
        assert client.remarks[-1].startswith(b"STANDBY this order manager does not reach")
    primary.stats_when(lambda stats: stats["journal_fault"] is None)
    again = primary.client(sequence=2)
    assert not _is_refused(again)
    assert len(primary.call("ListOrders")["orders"]) == 1


def test_a_leader_that_is_cut_off_from_the_others_confirms_nothing(
    tmp_path: Path, servers: NatsServers, stream: str
) -> None:
    """It goes on saying that nobody else has written; what counts is whom it has heard."""

    asyncio.run(create_replicated_stream(servers.settings(), stream))
    leader = _leader(servers, stream, asked=0)
    with ReplicatedOrderManager(tmp_path / "a", servers, "primary", stream=stream) as manager:
        manager.configure(
            durability="replicated",
            nats={"servers": [servers.urls[leader]]},
            replication={"host": "a", "stream": stream},
        )
        manager.start()
        client = _log_in(manager)
        with stopped(servers, [number for number in range(3) if number != leader]):
            while not _is_refused(client):
                pass
            assert _leader(servers, stream, asked=leader) == leader


# A standby that does not wait for most servers as long as it should.
IMPATIENT = """
from tradestack_order_manager.__main__ import main
from tradestack_order_manager.replication import claim

claim.CLAIM_TIMEOUT_S = 1.0
main()
"""


def test_a_standby_at_a_leader_that_is_cut_off_takes_nothing_over(
    tmp_path: Path, servers: NatsServers, stream: str, primary: ReplicatedOrderManager
) -> None:
    """Neither by itself nor on command, neither then nor later: the primary is well elsewhere."""
    client = _log_in(primary)
    leader = _leader(servers, stream, asked=0)
    with ReplicatedOrderManager(tmp_path / "b", servers, "standby", stream=stream) as standby:
        standby.configure(
            durability="replicated",
            nats={"servers": [servers.urls[leader]]},
            replication={
                "role": "standby",
                "host": "b",
                "stream": stream,
                "takeover_after": "2s",
            },
        )
        standby.start(["-c", IMPATIENT])
        standby.replication_when(lambda status: status["sequence"] == 3)
        with stopped(servers, [number for number in range(3) if number != leader]):
            status = standby.replication_when(lambda status: status["fault"] is not None)
            assert "most servers of the stream do not answer" in status["fault"]
            assert status["silent_s"] == 0
            with pytest.raises(VarlinkError, match=r"NotPossible.*most servers .* ask again"):
                standby.take_over()
        primary.stats_when(lambda stats: stats["journal_fault"] is None)
        client = primary.client(sequence=2)
        client.send(an_order(cl_ord_id="o2", quantity=SCALE))
        assert client.receive_report().cl_ord_id == "o2"
        status = standby.replication_when(lambda status: status["fault"] is None)
        assert (status["role"], status["epoch"]) == ("standby", 1)
        assert primary.replication()["role"] == "primary"


def test_a_stream_that_has_lost_messages_is_said_and_stops_both(
    primary: ReplicatedOrderManager,
    standby: ReplicatedOrderManager,
    servers: NatsServers,
    stream: str,
) -> None:
    """It is not written again from its beginning: other hosts may have more."""
    _log_in(primary)
    standby.replication_when(lambda status: status["sequence"] == 3)

    async def begin_anew() -> None:
        async with await connect(servers.settings()) as connection:
            await delete_stream(connection, stream)
        await create_replicated_stream(servers.settings(), stream)

    asyncio.run(begin_anew())
    for manager in (primary, standby):
        assert manager.wait() == 78
        assert f"stream {stream}: ends at message 0, and 3 were stored" in manager.errors


def test_servers_that_take_too_little_stop_the_start(tmp_path: Path) -> None:
    """The message names the setting of the servers."""
    (tmp_path / "nats").mkdir()
    with (
        NatsServers(tmp_path / "nats", more="max_payload: 512KB") as small,
        ReplicatedOrderManager(tmp_path / "a", small, "primary") as manager,
    ):
        manager.launch()
        assert manager.wait() == 78
        assert "max_payload: the server takes messages of 524288 bytes" in manager.errors
