"""The description of logged-in clients that both servers give."""

from tests.kit.net import Net
from tests.net.streamed import filled
from tradestack.domain.times import format_utc
from tradestack.net.server.clients import Client, largest_lag, list_clients


async def test_connections_are_described_in_the_order_of_their_logins(net: Net) -> None:
    """Each has user, peer, session, position, and time of the login."""
    handler, clock = filled(net, b"one", b"two"), net.fake_clock()
    async with (
        net.serving(handler, clock=clock) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
    ):
        await first.log_in(1)
        await first.packet()
        await first.packet()
        clock.now_ns += 5
        await second.log_in(2, user="orders", password="s3cret")
        await second.packet()
        port = first.socket.getsockname()[1]

        clients = list_clients(running.server.connections)

    assert clients[0] == Client(
        user="news",
        peer=f"127.0.0.1:{port}",
        session="0ABCDE1234",
        cursor=3,
        lag=0,
        bytes_sent=33 + 6 + 6,  # A, and two messages
        joined_time=format_utc(clock.now_ns - 5),
    )
    assert (clients[1].user, clients[1].cursor, clients[1].bytes_sent) == ("orders", 3, 33 + 6)


async def test_the_largest_lag_is_that_of_the_connection_furthest_behind(net: Net) -> None:
    """Without connections it is 0."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        lag_without = largest_lag(running.server.connections)
        await client.log_in(1)
        await handler.until(lambda: bool(handler.joined))
        handler.current.append(b"one", b"two")

        assert (lag_without, largest_lag(running.server.connections)) == (0, 2)
