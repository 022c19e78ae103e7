"""A real gRPC edge in a process of its own, and a client of it that waits for each answer."""

import base64
import queue
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

import grpc

from tests.kit.daemon import DEADLINE_S, PASSWORD, Daemon
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager
from tradestack_grpc.protocol import tradestack_pb2 as pb

# Each client has a connection of its own, and keeps little unread, so that a slow one shows soon.
CHANNEL_OPTIONS = [
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 65_536),
    ("grpc.max_reconnect_backoff_ms", 100),
    ("grpc.initial_reconnect_backoff_ms", 100),
]


class GrpcEdge(Daemon):
    """An edge in front of a gateway and of an order manager; it binds its port itself."""

    module = "tradestack_grpc"
    listener = "none"
    interface = "io.tradestack.Daemon"
    users: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, directory: Path, gateway: Gateway | None, order_manager: OrderManager | None
    ) -> None:
        super().__init__(directory)
        self._gateway = gateway
        self._order_manager = order_manager
        # Bound by nobody else, and free for each start of the edge.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.configure()

    def required_keys(self) -> dict[str, object]:
        """Return where it listens, and whom it asks."""
        keys: dict[str, object] = {
            "state_directory": self.state,
            "listen": f"127.0.0.1:{self.port}",
        }
        for name, daemon in (("feed", self._gateway), ("orders", self._order_manager)):
            if daemon is not None:
                keys[name] = "{}:{}".format(*daemon.address)
        return keys

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._reserved.getsockname()[1]
        return port

    def client(self, user: str, password: str = PASSWORD, **options: Any) -> "Client":
        """Return a client of it, which has not called yet."""
        return Client(self.port, user, password, **options)

    def close(self) -> None:
        """Close it, and give its port away."""
        super().close()
        self._reserved.close()


class Client:
    """A channel to an edge, and the calls of its services."""

    def __init__(
        self,
        port: int,
        user: str,
        password: str,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        where = f"127.0.0.1:{port}"
        self.channel = (
            grpc.insecure_channel(where, CHANNEL_OPTIONS)
            if credentials is None
            else grpc.secure_channel(f"localhost:{port}", credentials, CHANNEL_OPTIONS)
        )
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.metadata: tuple[tuple[str, str], ...] = (("authorization", f"Basic {token}"),)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()

    def head(self) -> pb.Head:
        """Ask for the head of the feed."""
        call: grpc.UnaryUnaryMultiCallable[pb.GetHeadRequest, pb.Head] = self.channel.unary_unary(
            "/tradestack.v1.Feed/GetHead",
            pb.GetHeadRequest.SerializeToString,
            pb.Head.FromString,
        )
        return call(
            pb.GetHeadRequest(), timeout=DEADLINE_S, metadata=self.metadata, wait_for_ready=True
        )

    def subscribe(self, session: str = "", sequence: int = 1) -> "FeedCall":
        """Follow the feed."""
        return FeedCall(self, session, sequence)

    def trade(self, session: str = "", sequence: int = 1) -> "OrderCall":
        """Enter orders, after a Login."""
        call = OrderCall(self)
        call.send(pb.OrderMessage(login=pb.Login(order_session=session, next_sequence=sequence)))
        return call


class FeedCall:
    """One call of Subscribe."""

    def __init__(self, client: Client, session: str, sequence: int) -> None:
        subscribe: grpc.UnaryStreamMultiCallable[pb.SubscribeRequest, pb.FeedMessage]
        subscribe = client.channel.unary_stream(
            "/tradestack.v1.Feed/Subscribe",
            pb.SubscribeRequest.SerializeToString,
            pb.FeedMessage.FromString,
        )
        self.call = subscribe(
            pb.SubscribeRequest(feed_session=session, next_sequence=sequence),
            timeout=DEADLINE_S,
            metadata=client.metadata,
            wait_for_ready=True,
        )

    def next(self) -> pb.FeedMessage:
        """Return the next message. Raises RpcError at the end of the call."""
        return next(self.call)

    def started(self) -> pb.FeedSessionStarted:
        """Return the next message, which is the start of a session."""
        message = self.next()
        assert message.HasField("session_started"), message
        return message.session_started

    def ticks(self, count: int) -> list[pb.Tick]:
        """Return at least so many of the ticks that come next; none is missing between them."""
        ticks: list[pb.Tick] = []
        expected = None
        while len(ticks) < count:
            message = self.next()
            assert message.HasField("ticks"), message
            assert expected in (None, message.ticks.first_sequence)
            expected = message.ticks.first_sequence + len(message.ticks.ticks)
            ticks += message.ticks.ticks
        return ticks

    def end(self) -> tuple[list[pb.Tick], grpc.RpcError]:
        """Return the ticks that still come, and how the call ends."""
        ticks: list[pb.Tick] = []
        try:
            while True:
                ticks += self.ticks(1)
        except grpc.RpcError as end:
            return ticks, end


class OrderCall:
    """One call of Trade."""

    def __init__(self, client: Client) -> None:
        trade: grpc.StreamStreamMultiCallable[pb.OrderMessage, pb.ReportMessage]
        trade = client.channel.stream_stream(
            "/tradestack.v1.OrderEntry/Trade",
            pb.OrderMessage.SerializeToString,
            pb.ReportMessage.FromString,
        )
        self._outgoing: queue.SimpleQueue[pb.OrderMessage | None] = queue.SimpleQueue()
        self.call = trade(
            self._requests(), timeout=DEADLINE_S, metadata=client.metadata, wait_for_ready=True
        )

    def send(self, message: pb.OrderMessage) -> None:
        """Send a message."""
        self._outgoing.put(message)

    def enter(self, cl_ord_id: str, quantity: int = 10**8, symbol: str = "SPY") -> None:
        """Send a market order."""
        self.send(pb.OrderMessage(new_order_single=market_order(cl_ord_id, quantity, symbol)))

    def end_sending(self) -> None:
        """Say that no message follows."""
        self._outgoing.put(None)

    def cancel(self) -> None:
        """End the call."""
        self._outgoing.put(None)
        self.call.cancel()

    def next(self) -> pb.ReportMessage:
        """Return the next message. Raises RpcError at the end of the call."""
        return next(self.call)

    def started(self) -> pb.OrderSessionStarted:
        """Return the next message, which is the start of a session."""
        message = self.next()
        assert message.HasField("session_started"), message
        return message.session_started

    def end(self) -> grpc.RpcError:
        """Return how the call ends, whatever it has before that."""
        try:
            while True:
                self.next()
        except grpc.RpcError as end:
            return end
        finally:
            self.cancel()

    def _requests(self) -> Iterator[pb.OrderMessage]:
        while (message := self._outgoing.get()) is not None:
            yield message


def market_order(cl_ord_id: str, quantity: int = 10**8, symbol: str = "SPY") -> pb.NewOrderSingle:
    """Return an order that is complete."""
    return pb.NewOrderSingle(
        cl_ord_id=cl_ord_id,
        symbol=symbol,
        side=pb.SIDE_BUY,
        order_qty=quantity,
        ord_type=pb.ORD_TYPE_MARKET,
        time_in_force=pb.TIME_IN_FORCE_IOC,
    )
