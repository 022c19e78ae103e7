"""A subscriber of the gateway that looks at the clock when ticks come, as a strategy would.

feed_latency PORT USER PASSWORD COUNT     answers with the lists sent_ns and taken_ns
"""

import asyncio
import sys
import time

import uvloop

from bench.program import answer, wait_for_go
from bench.schedule import WARM_UP
from tradestack.net.addresses import parse_address
from tradestack.net.client.feed_connection import FeedConnection
from tradestack.net.client.login import Credentials
from tradestack.runtime.clock import SystemClock
from tradestack.wire.feed import TickBatch


async def main(port: str, user: str, password: str, count: str) -> None:
    sent: list[int] = []
    taken: list[int] = []
    done = asyncio.get_running_loop().create_future()

    def on_batch(batch: TickBatch) -> None:
        now_ns = time.time_ns()
        sent.extend(batch.records["publish_time_ns"].tolist())
        taken.extend([now_ns] * len(batch))
        if len(sent) >= WARM_UP + int(count) and not done.done():
            done.set_result(None)

    await FeedConnection.open(
        parse_address(f"127.0.0.1:{port}"),
        Credentials(user, password),
        "",
        0,
        on_batch=on_batch,
        on_end_of_session=lambda: None,
        on_closed=sys.exit,
        clock=SystemClock(),
    )
    wait_for_go()
    sent.clear()
    taken.clear()
    await done
    answer(sent_ns=sent[WARM_UP:], taken_ns=taken[WARM_UP:])


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
