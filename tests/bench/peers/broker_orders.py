"""Orders through a broker's own client, as its users write it.

    broker_orders redis PORT PREFIX COUNT DEPTH     XADD to a stream, DEPTH in one pipeline
    broker_orders nats PORT PREFIX COUNT DEPTH      request and reply, DEPTH requests in flight
    broker_orders nats-reply PORT                   the replier: decodes, checks, reports

Redis checks nothing and returns the id of its entry; the replier of NATS checks as the stack does
and journals nothing. DEPTH 1 answers with the list times_ns, more with duration_ns.
"""

import asyncio
import sys
import time

import nats
import redis
import uvloop
from nats.aio.msg import Msg

from tests.bench.orders import check_reports, order_payloads
from tests.bench.program import answer, wait_for_go
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order, OrdStatus
from tradestack.wire.orders import decode_client_message, encode_message

HOST = "127.0.0.1"
SUBJECT = "orders"
REPLY_DEADLINE_S = 30.0


def by_redis(port: int, prefix: str, count: int, depth: int) -> None:
    client = redis.Redis(HOST, port)
    payloads = order_payloads(prefix, count)
    client.ping()
    wait_for_go()
    times_ns = []
    start_ns = time.perf_counter_ns()
    for first in range(0, count, depth):
        sent_ns = time.perf_counter_ns()
        pipeline = client.pipeline(transaction=False)
        for payload in payloads[first : first + depth]:
            pipeline.xadd(SUBJECT, {"order": payload})
        pipeline.execute()
        times_ns.append(time.perf_counter_ns() - sent_ns)
    duration_ns = time.perf_counter_ns() - start_ns
    answer(times_ns=times_ns if depth == 1 else [], duration_ns=duration_ns, count=count)


async def by_nats(port: int, prefix: str, count: int, depth: int) -> None:
    client = await nats.connect(f"nats://{HOST}:{port}")
    payloads = order_payloads(prefix, count)
    replies: list[bytes] = [b""] * count
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            reply = await client.request(SUBJECT, payloads[number], timeout=REPLY_DEADLINE_S)
            replies[number] = reply.data

    wait_for_go()
    start_ns = time.perf_counter_ns()
    times_ns = []
    if depth == 1:
        for number in numbers:
            sent_ns = time.perf_counter_ns()
            reply = await client.request(SUBJECT, payloads[number], timeout=REPLY_DEADLINE_S)
            times_ns.append(time.perf_counter_ns() - sent_ns)
            replies[number] = reply.data
    else:
        await asyncio.gather(*(work() for _ in range(depth)))
    duration_ns = time.perf_counter_ns() - start_ns
    check_reports(prefix, replies)
    answer(times_ns=times_ns, duration_ns=duration_ns, count=len(replies))


async def reply_by_nats(port: int) -> None:
    client = await nats.connect(f"nats://{HOST}:{port}")
    number = 0

    async def on_order(message: Msg) -> None:
        nonlocal number
        number += 1
        order = decode_client_message(message.data)
        assert isinstance(order, Order)
        report = ExecutionReport(
            order_id=number,
            cl_ord_id=order.cl_ord_id,
            exec_id=str(number),
            exec_type=ExecType.NEW,
            ord_status=OrdStatus.NEW,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            transact_time_ns=time.time_ns(),
        )
        await client.publish(message.reply, encode_message(report))

    await client.subscribe(SUBJECT, cb=on_order)
    await client.flush()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    broker, where, *rest = sys.argv[1:]
    if broker == "nats-reply":
        uvloop.run(reply_by_nats(int(where)))
    elif broker == "nats":
        uvloop.run(by_nats(int(where), rest[0], int(rest[1]), int(rest[2])))
    else:
        by_redis(int(where), rest[0], int(rest[1]), int(rest[2]))
