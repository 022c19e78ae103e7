"""Our session server against nasdaq-protocols, an independent client of SoupBinTCP (PyPI).

Its heartbeat timer is late (the first R comes after two intervals), so the tests set an interval of
1 s; it needs about a millisecond for a message, so they send few.
"""

import asyncio
from collections.abc import Callable

import pytest
from nasdaq_protocols import soup

from tests.kit.net import Net
from tradestack.net.addresses import Address
from tradestack.wire.close_reason import Close, CloseReason


async def log_in(
    address: Address, *, password: str = "secret", session: str = "", sequence: int = 1
) -> tuple[soup.SoupClientSession, list[object], asyncio.Event]:
    """Log in with their client; return it, the list of what it receives, and its closing event."""
    received, closed = [], asyncio.Event()

    async def on_message(message: object) -> None:
        received.append(message)

    async def on_close() -> None:
        closed.set()

    client = await soup.connect_async(
        (address.host, address.port),
        "news",
        password,
        session_id=session,
        sequence=sequence,
        on_msg_coro=on_message,
        on_close_coro=on_close,
        client_heartbeat_interval=1,
        server_heartbeat_interval=5,
    )
    return client, received, closed


def payloads(received: list[object]) -> list[bytes]:
    """Return the payloads of the sequenced messages."""
    return [m.data for m in received if isinstance(m, soup.SequencedData)]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition of their client, which notifies nobody."""
    while not condition():
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(("sequence", "expected"), [(1, 20), (15, 6), (0, 0)])
async def test_it_streams_from_the_number_it_asks_for(
    net: Net, sequence: int, expected: int
) -> None:
    """It gets all, some, or only new messages, then what is appended, then the end."""
    handler = net.handler(net.memory_stream())
    handler.current.append_ticks(20)
    async with net.serving(handler) as running:
        client, received, closed = await log_in(running.address, sequence=sequence)
        await until(lambda: len(payloads(received)) == expected)
        handler.current.append_ticks(5)
        running.server.scheduler.wake()
        await until(lambda: len(payloads(received)) == expected + 5)
        handler.current.ended = True
        running.server.scheduler.wake()
        await asyncio.wait_for(closed.wait(), 10)

    assert client.session_id.session.strip() == "0ABCDE1234"
    first = 20 - expected
    assert payloads(received) == [packet[3:] for packet in handler.current.packets[first:]]


async def test_it_resumes_in_its_session(net: Net) -> None:
    """It continues at the number after the last one it received."""
    handler = net.handler(net.memory_stream())
    handler.current.append_ticks(10)
    async with net.serving(handler) as running:
        first, received, closed = await log_in(running.address)
        await until(lambda: len(payloads(received)) == 10)
        session, following = first.session_id.session, first.sequence + 1
        handler.joined[0].close(Close(CloseReason.SERVER_STOPPING, "again"))
        await closed.wait()
        handler.current.append_ticks(3)
        second, received, _ = await log_in(running.address, session=session, sequence=following)
        await until(lambda: len(payloads(received)) == 3)
        await second.close()

    assert payloads(received) == [packet[3:] for packet in handler.current.packets[10:]]


async def test_its_unsequenced_messages_arrive(net: Net) -> None:
    """Its messages reach the handler, as orders do."""
    handler = net.handler(net.memory_stream())
    async with net.serving(handler) as running:
        client, _, _ = await log_in(running.address)
        client.send_unseq_data(b'{"MsgType":"NewOrderSingle"}')
        await handler.until(lambda: bool(handler.received))
        client.logout()
        await handler.until(lambda: bool(handler.left))

    assert handler.received[0][1] == b'{"MsgType":"NewOrderSingle"}'
    assert handler.left[0][1].reason is CloseReason.LOGGED_OUT


@pytest.mark.parametrize(("password", "session"), [("wrong", ""), ("secret", "ZZZZZZZZZZ")])
async def test_its_rejected_logins_are_understood(net: Net, password: str, session: str) -> None:
    """It reads our J as a refused connection."""
    handler = net.handler(net.memory_stream())
    async with net.serving(handler) as running:
        with pytest.raises(ConnectionRefusedError):
            await log_in(running.address, password=password, session=session)


async def test_both_sides_stay_connected_when_idle(net: Net) -> None:
    """The heartbeats of both sides satisfy the other."""
    handler = net.handler(net.memory_stream())
    async with net.serving(handler) as running:
        client, _, closed = await log_in(running.address)
        received_ns = handler.joined[0]._deadlines.received_ns
        await until(lambda: handler.joined[0]._deadlines.received_ns > received_ns)
        assert not closed.is_set()
        assert handler.left == []
        await client.close()
