"""A client of the gRPC edge: a feed from its first tick on, or orders one by one.

feed PORT USER PASSWORD TICKS        every number is checked
orders PORT PREFIX COUNT             each order is answered by its report, which is checked
"""

import base64
import sys
import time
from collections.abc import AsyncIterator

import grpc
import uvloop

from tests.bench.daemon import PASSWORD, user_name
from tests.bench.faults import CountWrong
from tests.bench.orders import order_id
from tests.bench.program import answer, wait_for_go
from tradestack.domain.fixed_point import SCALE
from tradestack_grpc.protocol import tradestack_pb2 as pb


def metadata(user: str, password: str) -> tuple[tuple[str, str], ...]:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return (("authorization", f"Basic {token}"),)


async def feed(port: str, user: str, password: str, ticks: str) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        subscribe: grpc.aio.UnaryStreamMultiCallable[pb.SubscribeRequest, pb.FeedMessage]
        subscribe = channel.unary_stream(
            "/tradestack.v1.Feed/Subscribe",
            pb.SubscribeRequest.SerializeToString,
            pb.FeedMessage.FromString,
        )
        call = subscribe(pb.SubscribeRequest(next_sequence=1), metadata=metadata(user, password))
        messages = aiter(call)
        await anext(messages)  # the session's start: logged in
        wait_for_go()
        start_ns, count = time.monotonic_ns(), 0
        while count < int(ticks):
            count = take((await anext(messages)).ticks, count)
        answer(start_ns=start_ns, end_ns=time.monotonic_ns(), count=count)


def take(batch: pb.TickBatch, count: int) -> int:
    """Check the next ticks, whose sizes are their numbers; return the number of the last one."""
    if batch.first_sequence != count + 1:
        raise CountWrong(f"message {batch.first_sequence} follows {count}")
    for tick in batch.ticks:
        count += 1
        if tick.size != count or not (tick.symbol and tick.value and tick.event_time_ns):
            raise CountWrong(f"message {count} is {tick}")
    return count


async def orders(port: str, prefix: str, count: str) -> None:
    messages = [order_message(prefix, number) for number in range(int(count))]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        trade: grpc.aio.StreamStreamMultiCallable[pb.OrderMessage, pb.ReportMessage]
        trade = channel.stream_stream(
            "/tradestack.v1.OrderEntry/Trade",
            pb.OrderMessage.SerializeToString,
            pb.ReportMessage.FromString,
        )
        call = trade(metadata=metadata(user_name(0), PASSWORD))
        await call.write(pb.OrderMessage(login=pb.Login()))
        reports: AsyncIterator[pb.ReportMessage] = aiter(call)
        await anext(reports)  # the session's start: logged in
        wait_for_go()
        times_ns, received = [], []
        for message in messages:
            sent_ns = time.perf_counter_ns()
            await call.write(message)
            received.append(await anext(reports))
            times_ns.append(time.perf_counter_ns() - sent_ns)
    for number, reply in enumerate(received):
        report = reply.execution_report
        if (report.cl_ord_id, report.exec_type) != (order_id(prefix, number), pb.EXEC_TYPE_NEW):
            raise CountWrong(f"report {number} is {report}")
    answer(times_ns=times_ns, count=len(received))


def order_message(prefix: str, number: int) -> pb.OrderMessage:
    return pb.OrderMessage(
        new_order_single=pb.NewOrderSingle(
            cl_ord_id=order_id(prefix, number),
            symbol="SPY",
            side=pb.SIDE_BUY if number % 2 else pb.SIDE_SELL,
            order_qty=(1 + number % 100) * SCALE,
            ord_type=pb.ORD_TYPE_LIMIT,
            price=(100 + number % 50) * SCALE + SCALE // 4,
            time_in_force=pb.TIME_IN_FORCE_DAY,
        )
    )


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    work = feed(*arguments) if what == "feed" else orders(*arguments)
    uvloop.run(work)
