"""The service Feed: one FeedClient of the gateway for each call."""

import grpc

from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_events import FeedEvent, FeedEvents, SessionEnded, SessionStarted
from tradestack.net.client.feed_head import probe_head
from tradestack.net.client.feed_listener import EndReason
from tradestack.net.client.login import Credentials
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch
from tradestack_grpc.call_end import CallEnd
from tradestack_grpc.calls import FEED, Calls, Context
from tradestack_grpc.protocol import tradestack_pb2 as pb
from tradestack_grpc.session_fields import check_session, session_end
from tradestack_grpc.tick_encoding import encode_batch
from tradestack_grpc.upstream import Upstream


class FeedService:
    """What Feed's methods do, in front of a gateway."""

    def __init__(self, gateway: Upstream, calls: Calls) -> None:
        self._gateway = gateway
        self._calls = calls

    def handler(self) -> grpc.GenericRpcHandler:
        """Return the methods as a server of gRPC takes them."""
        return grpc.method_handlers_generic_handler(
            pb.DESCRIPTOR.services_by_name["Feed"].full_name,
            {
                "Subscribe": grpc.unary_stream_rpc_method_handler(
                    self._subscribe, pb.SubscribeRequest.FromString
                ),
                "GetHead": grpc.unary_unary_rpc_method_handler(
                    self._get_head, pb.GetHeadRequest.FromString, pb.Head.SerializeToString
                ),
            },
        )

    async def _subscribe(self, request: pb.SubscribeRequest, context: Context) -> None:
        try:
            credentials = self._gateway.credentials_of(context)
            check_session(request.feed_session, request.next_sequence)
            await self._stream(request, credentials, context)
        except Exception as fault:
            await self._calls.end(context, fault)

    async def _stream(
        self, request: pb.SubscribeRequest, credentials: Credentials, context: Context
    ) -> None:
        client = FeedClient(
            self._gateway.addresses,
            credentials,
            clock=self._gateway.clock,
            session_id=request.feed_session,
            sequence=request.next_sequence,
        )
        events = _Events(client)
        try:
            async with self._calls.logging_in(FEED, context):
                event = await anext(events, None)
            with self._calls.joined(FEED):
                while event is not None:
                    await self._calls.write(context, _encode(event))
                    match event:
                        case TickBatch():
                            self._calls.counts.ticks += len(event)
                        case SessionStarted(session_id, sequence):
                            self._calls.log_session(context, credentials.user, session_id, sequence)
                    event = await anext(events, None)
        finally:
            events.close()
            client.close()
        raise CallEnd(grpc.StatusCode.ABORTED, f"too many connections of user {credentials.user}")

    async def _get_head(self, _request: pb.GetHeadRequest, context: Context) -> pb.Head:
        try:
            credentials = self._gateway.credentials_of(context)
            async with self._calls.logging_in(FEED, context):
                head = await self._find_head(credentials)
                return pb.Head(feed_session=head[0], last_sequence=head[1])
        except Exception as fault:
            await self._calls.end(context, fault)
            raise AssertionError("a call has ended") from None

    async def _find_head(self, credentials: Credentials) -> tuple[str, int]:
        """Ask one gateway after the other. Raises what the last one that was asked answers."""
        *others, last = self._gateway.addresses
        for address in others:
            try:
                return await probe_head(address, credentials)
            except (OSError, ProtocolError):
                continue
        return await probe_head(last, credentials)


class _Events(FeedEvents):
    """The events of one call; they end when the gateway gives its place to another connection."""

    def on_disconnected(self, close: Close) -> None:
        """End where a FeedClient would log in again, and take the place of another call."""
        if close.reason is CloseReason.REPLACED:
            self.close()


def _encode(event: FeedEvent) -> bytes:
    match event:
        case TickBatch():
            return encode_batch(event)
        case SessionStarted():
            started = pb.FeedSessionStarted(
                feed_session=event.session_id, next_sequence=event.sequence
            )
            return pb.FeedMessage(session_started=started).SerializeToString()
        case SessionEnded():
            ended = pb.FeedSessionEnded(
                feed_session=event.session_id,
                last_sequence=event.last_sequence,
                reason=session_end(is_complete=event.reason is EndReason.COMPLETE),
            )
            return pb.FeedMessage(session_ended=ended).SerializeToString()
