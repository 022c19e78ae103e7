"""OrderClient: how much of an order session its listener has handled."""

import asyncio

from tests.kit.call_recorder import CallRecorder
from tests.kit.net import Net
from tests.net.client.order_managers import client_of
from tradestack.net.client.order_listener import OrderListener
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import MatchedThrough, Registered
from tradestack.wire.orders import encode_message

MATCHED = encode_message(MatchedThrough(feed_session="0ABCDE1234", feed_seq=1, reports=2))
REGISTERED = encode_message(Registered(request_id="r1", feed_session="0ABCDE1234", from_seq=5))


async def test_sequenced_messages_are_numbered_over_disconnects(net: Net) -> None:
    """The listener is told each number when it has handled the message; others have no number."""

    class Counting(CallRecorder, OrderListener):
        """Records numbers, and what the client says at that moment."""

        def on_received(self, sequence: int) -> None:
            """Record both."""
            self.record((sequence, client.received))

    handler, counting = net.handler(net.memory_stream()), Counting()
    handler.current.append(REGISTERED, REGISTERED)
    async with net.serving(handler) as running:
        client = client_of(net, running.address)
        task = asyncio.create_task(client.run(counting))
        await counting.until(2)
        handler.joined[0].send_unsequenced(MATCHED)
        running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "again"))
        handler.current.append(REGISTERED)
        running.server.scheduler.wake()
        calls = await counting.until(3)
        client.disconnect()
        task.cancel()
        await asyncio.wait({task})

    assert calls == [(1, 1), (2, 2), (3, 3)]
