"""The gRPC edge as a service of the runtime."""

from collections.abc import Mapping, Sequence

import grpc

from tradestack.configs.grpc import GrpcConfig
from tradestack.net.addresses import Address
from tradestack.net.control.interface import Interface
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack_grpc.calls import FEED, LOGINS_PENDING_MAX, ORDERS, Calls
from tradestack_grpc.feed import FeedService
from tradestack_grpc.order_entry import OrderEntryService
from tradestack_grpc.server import listen, new_server, tls_credentials
from tradestack_grpc.upstream import Upstream

STOP_GRACE_S = 0.0  # a call has no end to wait for


class GrpcEdge:
    """What the runtime runs."""

    def __init__(self, context: Context[GrpcConfig]) -> None:
        """Read the certificate. Raises OperatorFault."""
        config = context.config
        self._config = config
        self._clock = context.clock
        self._calls = Calls(context.clock, config.calls_max, config.slow_reader_max, config.listen)
        self._credentials: grpc.ServerCredentials | None = None
        if config.certificate_file is not None and config.key_file is not None:
            self._credentials = tls_credentials(config.certificate_file, config.key_file)
        self._server: grpc.aio.Server | None = None
        self._listens_at: Address | None = None

    async def start(self) -> None:
        """Serve; gateway and order manager may come later. Raises OperatorFault."""
        config, users = self._config, self._config.server_users
        services = (
            FeedService(Upstream(config.feed, users, self._clock), self._calls),
            OrderEntryService(Upstream(config.orders, users, self._clock), self._calls),
        )
        self._server = new_server(service.handler() for service in services)
        self._listens_at = listen(self._server, config.listen, self._credentials)
        await self._server.start()

    async def stop(self) -> None:
        """End all calls: clients go on where they were after the next start."""
        if self._server is not None:
            await self._server.stop(STOP_GRACE_S)

    def reload(self, config: GrpcConfig) -> None:
        """Take the limits, for open calls as well."""
        self._config = config
        self._calls.calls_max = config.calls_max
        self._calls.slow_reader_max_ns = config.slow_reader_max

    def stats(self) -> dict[str, object]:
        """Return the open calls, and what was done."""
        counts = self._calls.counts
        return {
            "listen": None if self._listens_at is None else str(self._listens_at),
            "transport": "plaintext" if self._credentials is None else "TLS",
            "calls": dict(self._calls.open),
            "logins_pending": self._calls.pending,
            "process": {
                "calls": {name: counts.admitted[name] for name in (FEED, ORDERS)},
                "calls_refused": counts.refused,
                "logins_rejected": counts.logins_rejected,
                "slow_readers": counts.slow_readers,
                "ticks": counts.ticks,
                "orders": counts.orders,
                "orders_malformed": counts.orders_malformed,
                "reports": counts.reports,
            },
        }

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return none: what is late is seen at gateway and order manager."""
        return {}

    def status(self) -> str:
        """Return one line for people."""
        feed, orders = self._calls.open[FEED], self._calls.open[ORDERS]
        return f"{feed} calls follow the feed, {orders} enter orders"

    def levels(self) -> Sequence[Level]:
        """Return how many calls are open, and how many logins are under way."""
        used, pending = self._calls.open.total(), self._calls.pending
        remedy = "find out who calls and does not log in"
        return [
            Level.of("calls", used, self._calls.calls_max, "end calls, or raise calls_max"),
            Level.of("logins_pending", pending, LOGINS_PENDING_MAX, remedy),
        ]

    def stalled(self, now_ns: int) -> str | None:  # noqa: ARG002
        """Return None: it waits for others."""
        return None

    def interfaces(self) -> Sequence[Interface]:
        """Return none beside those of every daemon."""
        return ()
