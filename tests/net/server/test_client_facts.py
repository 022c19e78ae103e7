"""The description of logged-in clients that both servers give."""

from tests.kit.net import Net
from tests.net.streamed import filled
from tradestack.net.server.client_facts import ClientFacts, describe_connections, largest_lag


async def test_connections_are_described_in_the_order_of_their_logins(net: Net) -> None:
    """The facts name user, peer, session, position, and time of the login."""
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

        facts = describe_connections(running.server.connections)

    assert facts[0] == ClientFacts(
        user="news",
        peer=f"127.0.0.1:{port}",
        session_id="0ABCDE1234",
        cursor=3,
        lag=0,
        bytes_sent=33 + 6 + 6,  # A, and two messages
        joined_time_ns=clock.now_ns - 5,
    )
    assert (facts[1].user, facts[1].cursor, facts[1].bytes_sent) == ("orders", 3, 33 + 6)


async def test_the_largest_lag_is_that_of_the_connection_furthest_behind(net: Net) -> None:
    """Without connections it is 0."""
    handler = filled(net)
    async with net.serving(handler) as running, net.connected(running.address) as client:
        lag_without = largest_lag(running.server.connections)
        await client.log_in(1)
        await handler.until(lambda: bool(handler.joined))
        handler.current.append(b"one", b"two")

        assert (lag_without, largest_lag(running.server.connections)) == (0, 2)
