"""The service OrderEntry: one OrderClient of the order manager for each call.

It has no memory: which orders are known, and what became of them, is in the order journal. So what
a lost call leaves open is for its client to resolve, by reports and by sending the same again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack

import grpc

from tradestack.net.client.connection import OutgoingFull
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.wire.orders import ClientMessage
from tradestack_grpc.call_end import CallEnd
from tradestack_grpc.calls import ORDERS, Calls, Context
from tradestack_grpc.order_forms import InvalidMessage, message_to_value
from tradestack_grpc.protocol import tradestack_pb2 as pb
from tradestack_grpc.reports import Reports
from tradestack_grpc.session_fields import check_session
from tradestack_grpc.upstream import Upstream

LOGIN_TIMEOUT_S = 10.0  # from the call to its first message
MALFORMED_MAX = 100  # as many as the order manager takes of one connection

Requests = AsyncIterator[pb.OrderMessage]


class OrderEntryService:
    """What OrderEntry's method does, in front of an order manager."""

    def __init__(self, order_manager: Upstream, calls: Calls) -> None:
        self._order_manager = order_manager
        self._calls = calls

    def handler(self) -> grpc.GenericRpcHandler:
        """Return the method as a server of gRPC takes it."""
        return grpc.method_handlers_generic_handler(
            pb.DESCRIPTOR.services_by_name["OrderEntry"].full_name,
            {
                "Trade": grpc.stream_stream_rpc_method_handler(
                    self._trade, pb.OrderMessage.FromString
                )
            },
        )

    async def _trade(self, requests: Requests, context: Context) -> None:
        try:
            credentials = self._order_manager.credentials_of(context)
            async with AsyncExitStack() as pending:
                await pending.enter_async_context(self._calls.logging_in(ORDERS, context))
                login = await _first_message(requests)
                check_session(login.order_session, login.next_sequence)
                await self._serve(login, credentials, requests, context, pending.aclose)
        except Exception as fault:
            await self._calls.end(context, fault)

    async def _serve(
        self,
        login: pb.Login,
        credentials: Credentials,
        requests: Requests,
        context: Context,
        logged_in: Callable[[], Awaitable[None]],
    ) -> None:
        """Pass messages both ways until one of three ends: the call, the client, the messages."""
        client = OrderClient(
            self._order_manager.addresses,
            credentials,
            clock=self._order_manager.clock,
            session_id=login.order_session,
            sequence=login.next_sequence,
        )
        reports = Reports(client)
        tasks = (
            _spawn(client.run(reports), reports),
            _spawn(self._pass_on(requests, client, reports), reports),
        )
        try:
            message = await reports.next()
            await logged_in()
            with self._calls.joined(ORDERS):
                while True:
                    await self._calls.write(context, message.SerializeToString())
                    self._calls.counts.reports += 1
                    if message.HasField("session_started"):
                        session = message.session_started
                        self._calls.log_session(
                            context,
                            credentials.user,
                            session.order_session,
                            session.next_sequence,
                        )
                    message = await reports.next()
        finally:
            client.disconnect()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pass_on(self, requests: Requests, client: OrderClient, reports: Reports) -> None:
        """Pass on what the client sends. Raises CallEnd for a client that has too many faults."""
        await reports.connected()  # before a login nothing is answered
        malformed = 0
        async for request in requests:
            try:
                value = _message_of(request)
            except InvalidMessage as invalid:
                malformed += 1
                self._calls.counts.orders_malformed += 1
                reports.refuse(invalid)
                if malformed > MALFORMED_MAX:
                    text = f"more than {MALFORMED_MAX} messages were refused; the last: {invalid}"
                    raise CallEnd(grpc.StatusCode.INVALID_ARGUMENT, text) from invalid
                continue
            await _send(value, client, reports)
            self._calls.counts.orders += 1


async def _first_message(requests: Requests) -> pb.Login:
    """Return the Login that a call begins with. Raises CallEnd."""
    try:
        async with asyncio.timeout(LOGIN_TIMEOUT_S):
            first = await anext(requests, None)
    except TimeoutError:
        text = f"no Login came within {LOGIN_TIMEOUT_S:g} s"
        raise CallEnd(grpc.StatusCode.DEADLINE_EXCEEDED, text) from None
    if first is None or not first.HasField("login"):
        raise CallEnd(grpc.StatusCode.INVALID_ARGUMENT, "the first message has to be a Login")
    return first.login


def _message_of(request: pb.OrderMessage) -> ClientMessage:
    """Return what is to be passed on. Raises InvalidMessage, or CallEnd for another Login."""
    if request.HasField("login"):
        raise CallEnd(grpc.StatusCode.INVALID_ARGUMENT, "a call has one Login, its first message")
    return message_to_value(request)


async def _send(message: ClientMessage, client: OrderClient, reports: Reports) -> None:
    while True:
        await reports.connected()
        try:
            client.send(message)
        except OutgoingFull:
            await reports.room()
        else:
            return


def _spawn(work: Coroutine[object, object, None], reports: Reports) -> "asyncio.Task[None]":
    """Start a task whose fault ends the call."""
    task = asyncio.create_task(work)

    def look(ended: asyncio.Task[None]) -> None:
        if not ended.cancelled() and (fault := ended.exception()) is not None:
            reports.end(fault)

    task.add_done_callback(look)
    return task
