"""A client at the port of another server, with a password that is right there."""

from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import enter
from tests.kit.daemon import PASSWORD, Daemon
from tests.kit.gateway import USER, Gateway
from tests.kit.order_manager import OrderManager
from tradestack.net.addresses import Address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_head import probe_head
from tradestack.net.client.login import Credentials, WrongPort
from tradestack.net.client.order_client import OrderClient
from tradestack.runtime.clock import SystemClock
from tradestack.wire.close_reason import Close, CloseReason, decode_close
from tradestack.wire.service import Service, decode_service, encode_service
from tradestack.wire.soup import HEADER_LENGTH


def address_of(daemon: Daemon) -> Address:
    """Return where the daemon listens."""
    return Address(*daemon.address)


async def test_a_feed_client_at_the_order_port_is_told_so(tmp_path: Path) -> None:
    """At once, in words; the user's own connection stays, and so do its orders."""
    with OrderManager(tmp_path) as manager:
        manager.configure()
        manager.start()
        own = manager.client()
        enter(own, "first")
        me, address = Credentials("news", PASSWORD), address_of(manager)

        with pytest.raises(WrongPort, match=f"the feed at {address}: this port serves orders; "):
            async with FeedClient(address, me, clock=SystemClock()) as feed:
                await anext(feed)
        with pytest.raises(WrongPort, match="check the address"):
            await probe_head(address, me)

        assert enter(own, "second").order_id == 2
        assert manager.errors.count("login rejected user=news") == 2
        assert "reason=WRONG_PORT" in manager.errors


async def test_an_order_client_at_the_feed_port_is_told_so(tmp_path: Path) -> None:
    """No order is entered into a port that ignores it."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk")
        gateway.start()
        me, address = Credentials(USER, PASSWORD), address_of(gateway)

        with pytest.raises(WrongPort, match=f"orders at {address}: this port serves the feed; "):
            async with OrderClient(address, me, clock=SystemClock()):
                pass


def test_clients_that_say_nothing_and_those_that_say_the_right_name_log_in(tmp_path: Path) -> None:
    """SoupBinTCP clients of other makes do not know of it."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk")
        gateway.start()
        clients = []
        for named in (b"", encode_service(Service.FEED), encode_service(Service.ORDERS)):
            client = gateway.connect(USER)
            client.socket.sendall(named)
            clients.append(client.send_login().await_answer())

    assert [client.rejected for client in clients] == [False, False, True]
    told = Close(CloseReason.WRONG_PORT, "this port serves the feed")
    assert [decode_close(remark) for remark in clients[-1].remarks] == [told]


@pytest.mark.parametrize("service", Service)
def test_a_service_is_named_by_a_debug_packet(service: Service) -> None:
    """Any other text names none."""
    assert decode_service(encode_service(service)[HEADER_LENGTH:]) is service
    assert decode_service(service.lower().encode()) is None
    assert decode_service(b"\xff") is None
