"""Limits of what a peer may use: each at its number, and at one more."""

import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.gateway import Gateway
from tests.kit.net import Net
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.server.limits import SessionLimits
from tradestack.wire import soup
from tradestack.wire.soup import HEADER_LENGTH, PacketType


async def test_a_packet_may_be_as_long_as_the_limit_and_no_longer(net: Net) -> None:
    """Header included; one byte more ends the connection before the payload has come."""
    handler = net.handler(net.memory_stream())
    limits = SessionLimits(packet_length_max=100)
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        await client.send_packet(PacketType.UNSEQUENCED_DATA, bytes(100 - HEADER_LENGTH))
        await handler.until(lambda: len(handler.received) == 1)
        packet = soup.encode_packet(PacketType.UNSEQUENCED_DATA, bytes(101 - HEADER_LENGTH))
        await client.send(packet[:HEADER_LENGTH])
        await handler.until(lambda: bool(handler.left))

    assert len(handler.received) == 1


async def test_a_connection_without_a_login_is_closed_at_its_deadline(net: Net) -> None:
    """Within the quarter of a second between two checks."""
    handler, clock = net.handler(net.memory_stream()), net.fake_clock()
    limits = SessionLimits(login_deadline_ns=2 * NANOSECONDS_PER_SECOND)
    async with (
        net.serving(handler, limits=limits, clock=clock) as running,
        net.connected(running.address) as silent,
        net.connected(running.address) as witness,
    ):
        await witness.log_in(1)  # accepted after the silent one
        running.let_time_pass(1.75)
        alive = len(running.server._pending)
        running.let_time_pass(0.25)

        assert alive == 1
        assert await silent.packets_to_end() == []


async def test_as_many_clients_as_the_limit_log_in_and_no_more(net: Net) -> None:
    """The next one is closed without an answer."""
    handler = net.handler(net.memory_stream())
    async with (
        net.serving(handler, limits=SessionLimits(clients_max=2)) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
        net.connected(running.address) as third,
    ):
        answers = [await client.log_in(1) for client in (first, second)]
        request = soup.LoginRequest(user="news", password="secret", session_id="", sequence=1)
        await third.send(soup.encode_login_request(request))
        assert await third.packets_to_end() == []

    assert [answer.type for answer in answers] == [PacketType.LOGIN_ACCEPTED] * 2


async def test_as_many_connections_as_the_limit_await_their_login_and_no_more(net: Net) -> None:
    """The next one takes the place of the oldest that is silent."""
    handler = net.handler(net.memory_stream())
    async with (
        net.serving(handler, limits=SessionLimits(logins_pending_max=2)) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
        net.connected(running.address) as third,
    ):
        assert await first.packets_to_end() == []
        answers = [await client.log_in(1) for client in (second, third)]

    assert [answer.type for answer in answers] == [PacketType.LOGIN_ACCEPTED] * 2


async def test_unsequenced_messages_may_wait_up_to_the_limit_and_no_more(net: Net) -> None:
    """The client that leaves one byte more unread is disconnected."""
    handler = net.handler(net.memory_stream())
    limits = SessionLimits(unsequenced_bytes_max=1_000)
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as client,
    ):
        await client.log_in(1)
        served = handler.joined[0]
        served.send_unsequenced(bytes(1_000 - HEADER_LENGTH))
        assert handler.left == []
        served.send_unsequenced(b"")

        assert [connection for connection, _ in handler.left] == [served]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """Provide a real gateway that publishes fifty ticks a second."""
    with Gateway(tmp_path) as daemon:
        daemon.configure(source="random-walk", pace="50/s")
        yield daemon


def take_descriptors_away(pid: int) -> tuple[int, int]:
    """Leave the process no descriptor to open; return its limits as they were."""
    used = {int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()}
    lowest_free = next(number for number in range(len(used) + 1) if number not in used)
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest_free, before[1]))
    return before


def test_without_descriptors_each_listener_pauses_and_logs_it_once(gateway: Gateway) -> None:
    """Connected clients are still served, waiting ones when descriptors are available again."""
    pid = gateway.start()["pid"]
    live = gateway.client(sequence=0)
    before = take_descriptors_away(pid)
    with (
        socket.create_connection(gateway.address) as waiting,
        socket.socket(socket.AF_UNIX) as asking,
    ):
        asking.connect(str(gateway.control))
        live.read(150)  # three seconds, and so some attempts to accept
        paused = [line for line in gateway.errors.splitlines() if "accepting paused" in line]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        request = soup.LoginRequest(user="guest", password=PASSWORD)
        waiting.sendall(soup.encode_login_request(request))
        asking.sendall(b"stats\n")
        answers = waiting.recv(HEADER_LENGTH), asking.recv(1)

    assert sorted("listener=control" in line for line in paused) == [False, True]
    assert answers[0][2] == PacketType.LOGIN_ACCEPTED
    assert answers[1]


def test_connections_leave_no_descriptors_behind(gateway: Gateway) -> None:
    """After fifty clients there are as many as before the first."""
    pid = gateway.start()["pid"]
    descriptors = Path(f"/proc/{pid}/fd")
    gateway.stats()
    count_before = len(list(descriptors.iterdir()))
    for _ in range(50):
        gateway.client().close()
    gateway.stats_when(lambda stats: not stats["clients"])

    assert len(list(descriptors.iterdir())) <= count_before + 1  # the connection that asked


def test_a_server_that_fills_up_says_so_before_it_refuses_anybody(gateway: Gateway) -> None:
    """Clients of all, of one user, and connections that have not logged in."""
    gateway.configure(source="random-walk", clients_max=5, connections_per_user_max=10)
    gateway.start()
    clients = [gateway.client() for _ in range(4)]
    near = gateway.stats_when(lambda stats: stats["limits_used"].get("clients") == 80)
    clients += [gateway.client()]
    reached = gateway.stats_when(lambda stats: stats["limits_used"]["clients"] == 100)
    for client in clients:
        client.close()
    for _ in range(52):
        gateway.connect("guest")
    waiting = gateway.stats_when(lambda stats: stats["limits_used"]["logins_pending"] > 80)

    assert near["limits_near"] == "clients 80% used (4 of 5): raise clients_max"
    assert near["limits_used"]["connections_of_user"] == 40
    assert "limit reached limit=clients" in reached["last_error"]
    assert waiting["limits_near"].startswith("logins pending 81% used (52 of 64)")
    assert waiting["last_error"] is None
    for limit in ("clients", "logins_pending"):
        assert gateway.errors.count(f"limit nearly reached limit={limit}") == 1
    assert gateway.errors.count("limit reached limit=") == 1
