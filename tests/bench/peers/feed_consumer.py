"""A subscriber of the gateway by the public FeedClient, from the session's first message on.

feed_consumer PORT USER PASSWORD TICKS blocks|ticks   every number is checked, to the end of
                                                      the session where there is one
"""

import sys
import time

import uvloop

from tests.bench.pattern import Check
from tests.bench.program import answer, wait_for_go
from tradestack.net.addresses import parse_address
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import FeedEvents, SessionEnded
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch


async def consume(feed: FeedEvents, ticks: int, step: int) -> int:
    """Take whole batches as numpy arrays; return the number of ticks."""
    check = Check(step)
    async for event in feed:
        if isinstance(event, TickBatch):
            check.take(event.records)
            if check.count >= ticks:
                break
        elif isinstance(event, SessionEnded):
            break
    return check.count


async def consume_each(feed: FeedEvents, ticks: int, step: int) -> int:
    """Take one `Tick` after the other, as a user's own loop would."""
    expected = step
    async for event in feed:
        if isinstance(event, TickBatch):
            for tick in event.ticks():
                if tick.size != expected:
                    sys.exit(f"message {tick.sequence} says that it is {tick.size}")
                expected += step
            if expected > ticks * step:
                break
        elif isinstance(event, SessionEnded):
            break
    return expected // step - 1


async def main(port: str, user: str, password: str, ticks: str, how: str, step: str) -> None:
    address = parse_address(f"127.0.0.1:{port}")
    client = FeedClient(address, Credentials(user, password), clock=SystemClock())
    async with client as feed:
        await anext(feed)  # the session's start: logged in
        wait_for_go()
        start_ns = time.monotonic_ns()
        count = await (consume if how == "blocks" else consume_each)(feed, int(ticks), int(step))
        answer(start_ns=start_ns, end_ns=time.monotonic_ns(), count=count)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
