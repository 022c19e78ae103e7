"""SessionServer: who keeps a place where there is room for few, on real sockets."""

import pytest

from tests.kit.close_reasons import reason_of
from tests.kit.net import Net
from tests.net.crowd import Crowd
from tests.net.streamed import accepted, filled
from tradestack.net.server.connection import Connection
from tradestack.net.server.limits import SessionLimits
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.soup import Packet, PacketType


async def test_a_new_connection_displaces_the_oldest_silent_one_of_the_origin_with_most(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred connections that send nothing keep nobody out, and lose their own places."""
    origins: dict[Connection, str] = {}
    monkeypatch.setattr(Connection, "origin", property(lambda each: origins.get(each, "crowd")))
    limits = SessionLimits(logins_pending_max=3)
    async with net.serving(filled(net), limits=limits) as running, Crowd(net, running) as crowd:
        alone = await crowd.connect()
        (served,) = running.server._pending
        origins[served] = "alone"
        idle = [await crowd.connect() for _ in range(200)]
        answer = await alone.log_in(1)
        ends = [await client.packets_to_end() for client in idle[:198]]

    assert accepted(answer).sequence == 1
    assert ends == [[]] * 198
    assert running.server.connections_displaced_total == 198


async def test_a_rejected_login_holds_no_place(net: Net) -> None:
    """A client that does not close after J makes room before any that may still log in."""
    limits = SessionLimits(logins_pending_max=2)
    async with net.serving(filled(net), limits=limits) as running, Crowd(net, running) as crowd:
        silent = await crowd.connect()
        lingering = await crowd.connect()
        await lingering.log_in(1, password="wrong")
        third = await crowd.connect()

        assert accepted(await third.log_in(1)).sequence == 1
        assert accepted(await silent.log_in(1)).sequence == 1
        assert await lingering.packets_to_end() == []


async def test_a_user_with_too_many_connections_loses_the_oldest(net: Net) -> None:
    """A further login replaces it, with the code; those of other users stay."""
    limits = SessionLimits(connections_per_user_max=2)
    async with (
        net.serving(filled(net), limits=limits) as running,
        net.connected(running.address) as other,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
        net.connected(running.address) as third,
    ):
        await other.log_in(1, user="orders", password="s3cret")
        for client in (first, second, third):
            assert accepted(await client.log_in(1)).sequence == 1
        ending = await first.packets_to_end()
        users = [connection.user for connection in running.server.connections]

    assert [reason_of(packet.payload) for packet in ending] == [CloseReason.REPLACED]
    assert users == ["orders", "news", "news"]


async def test_beyond_clients_max_a_login_is_not_answered(
    net: Net, caplog: pytest.LogCaptureFixture
) -> None:
    """The client loses the connection: the session is served, and it may try again."""
    limits = SessionLimits(clients_max=1)
    async with (
        net.serving(filled(net), limits=limits) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
    ):
        await first.log_in(1)
        request = soup.LoginRequest(user="news", password="secret")
        await second.send(soup.encode_login_request(request))
        packets = await second.packets_to_end()
        rejected_total = running.server.logins_rejected_total

    assert (packets, rejected_total) == ([], 1)
    assert "reason=NO_ROOM" in caplog.text


async def test_a_session_that_is_not_served_is_said_so_without_room_too(net: Net) -> None:
    """The client need not try again."""
    limits = SessionLimits(clients_max=1)
    async with (
        net.serving(filled(net), limits=limits) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
    ):
        await first.log_in(1)
        answer = await second.log_in(1, session_id="0000000000")

    assert answer == Packet(PacketType.LOGIN_REJECTED, b"S")


async def test_at_clients_max_a_user_may_replace_their_own_connection(net: Net) -> None:
    """The older one makes room, and only for its own user."""
    handler = filled(net)
    limits = SessionLimits(clients_max=1, connections_per_user_max=1)
    async with (
        net.serving(handler, limits=limits) as running,
        net.connected(running.address) as first,
        net.connected(running.address) as second,
        net.connected(running.address) as other,
    ):
        await first.log_in(1)
        answer = await second.log_in(1)
        await other.send(
            soup.encode_login_request(soup.LoginRequest(user="orders", password="s3cret"))
        )
        others_answers = await other.packets_to_end()

    assert accepted(answer).sequence == 1
    close = Close(CloseReason.REPLACED, "the user has logged in again")
    assert handler.left[0] == (handler.joined[0], close)
    assert others_answers == []
