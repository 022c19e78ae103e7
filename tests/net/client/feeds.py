"""Feeds in memory, and clients of them."""

from collections.abc import Sequence
from typing import Any

from tests.kit.net import Handler, Net
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.feed_client import FeedClient


def feed(net: Net, count: int, session: str = "0ABCDE1234") -> Handler:
    """A handler whose one stream has `count` ticks."""
    stream = net.memory_stream(session)
    stream.append_ticks(count)
    return net.handler(stream)


def quick_backoff() -> Backoff:
    """Delays of at most a millisecond."""
    return Backoff(first_ns=1, max_ns=1_000_000)


def client_of(net: Net, address: Address | Sequence[Address], **options: Any) -> FeedClient:
    """A FeedClient that reconnects at once."""
    return FeedClient(
        address,
        options.pop("credentials", net.credentials),
        clock=net.system_clock,
        backoff=options.pop("backoff", None) or quick_backoff(),
        **options,
    )
