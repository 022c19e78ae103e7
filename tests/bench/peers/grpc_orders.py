"""Orders as gRPC unary calls, bytes in and out, no protocol buffers between.

grpc_orders serve PORT                       decodes, checks and reports; keeps nothing
grpc_orders enter PORT PREFIX COUNT DEPTH    DEPTH calls under way
"""

import asyncio
import sys
import time

import grpc
import uvloop

from tests.bench.orders import check_reports, order_payloads
from tests.bench.program import answer, wait_for_go
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order, OrdStatus
from tradestack.wire.orders import decode_client_message, encode_message

SERVICE, METHOD = "bench.Orders", "Enter"


async def enter_order(request: bytes, _context: object) -> bytes:
    order = decode_client_message(request)
    assert isinstance(order, Order)
    report = ExecutionReport(
        order_id=1,
        cl_ord_id=order.cl_ord_id,
        exec_id="1",
        exec_type=ExecType.NEW,
        ord_status=OrdStatus.NEW,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        transact_time_ns=time.time_ns(),
    )
    return encode_message(report)


async def serve(port: str) -> None:
    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes]
    handler = grpc.unary_unary_rpc_method_handler(enter_order)
    service = grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler})
    server.add_generic_rpc_handlers((service,))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    print("ready", flush=True)
    await server.wait_for_termination()


async def enter(port: str, prefix: str, count: str, depth: str) -> None:
    payloads = order_payloads(prefix, int(count))
    replies = [b""] * len(payloads)
    times_ns: list[int] = []
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        await channel.channel_ready()
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
        call = channel.unary_unary(f"/{SERVICE}/{METHOD}")
        numbers = iter(range(len(payloads)))

        async def work() -> None:
            for number in numbers:
                sent_ns = time.perf_counter_ns()
                replies[number] = await call(payloads[number])
                times_ns.append(time.perf_counter_ns() - sent_ns)

        wait_for_go()
        start_ns = time.perf_counter_ns()
        await asyncio.gather(*(work() for _ in range(int(depth))))
        duration_ns = time.perf_counter_ns() - start_ns
    check_reports(prefix, replies)
    answer(times_ns=times_ns, duration_ns=duration_ns, count=len(replies))


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    uvloop.run((serve if what == "serve" else enter)(*arguments))
