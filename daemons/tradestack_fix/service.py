"""The FIX port as the runtime sees it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from tradestack.configs.fix import FixConfig
from tradestack.net.client.connection import ConnectionLimits
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.net.control.interface import Interface
from tradestack.net.line_limit import LineLimit
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack.store.directory_lock import DirectoryLock
from tradestack_fix.client.counters import Counters
from tradestack_fix.client.number_file import boot_number
from tradestack_fix.client.surroundings import Surroundings
from tradestack_fix.server import LOGONS_PENDING_MAX, Server
from tradestack_fix.session.logon import LogonRequest

FIX = "fix"  # name of the socket (FileDescriptorName= in the unit)
# A logon waits this long for the order manager, and is then refused.
ORDER_MANAGER_DEADLINE_S = 5.0
# Reports of one client that are handled at once, some 30: then the others come first. A client may
# ask for all of its reports again, as often as it likes.
REPORT_BYTES_MAX = 8_192


class FixService:
    """What the runtime runs."""

    def __init__(self, context: Context[FixConfig]) -> None:
        """Wire the parts. Raises OperatorFault."""
        self._context = context
        self._config = context.config
        self._counters = Counters()
        self._lines = LineLimit(context.clock)
        self._lock = DirectoryLock.take(context.state_directory)
        shared = Surroundings(
            comp_id=context.config.comp_id,
            directory=context.state_directory,
            boot=boot_number(context.boot_id),
            clock=context.clock,
            lines=self._lines,
            counters=self._counters,
            token=secrets.token_hex(4),
            make_client=self._make_client,
            spawn=context.spawn,
        )
        self._server = Server(context.listeners[FIX], shared, lambda: self._config)

    async def start(self) -> None:
        """Begin to accept; the order manager may come later."""
        self._server.start()

    async def stop(self) -> None:
        """Log everybody out."""
        await self._server.stop()
        self._lock.release()

    def reload(self, config: FixConfig) -> None:
        """Take the keys that apply at once."""
        self._config = config
        self._server.remove_clients()

    def stats(self) -> dict[str, object]:
        """Return counters and values."""
        return {
            "connections_pending": self._server.pending,
            "clients": dict(self._server.clients),
            "process": {
                **asdict(self._counters),
                "log_lines_suppressed": self._lines.suppressed_total,
            },
        }

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return none: the order manager has the times of orders."""
        return {}

    def status(self) -> str:
        """Return one line for STATUS=."""
        return f"{len(self._server.clients)} clients logged on"

    def levels(self) -> Sequence[Level]:
        """Return how many clients and newcomers there are."""
        remedy = "find out who connects and does not log on"
        clients_max = self._config.clients_max
        return [
            Level.of("clients", len(self._server.clients), clients_max, "raise clients_max"),
            Level.of("logins_pending", self._server.pending, LOGONS_PENDING_MAX, remedy),
        ]

    def stalled(self, now_ns: int) -> str | None:  # noqa: ARG002
        """Return None: it waits for others."""
        return None

    def interfaces(self) -> Sequence[Interface]:
        """Return none beside those of every daemon."""
        return ()

    def _make_client(self, request: LogonRequest, session_id: str, sequence: int) -> OrderClient:
        config = self._config
        return OrderClient(
            config.orders,
            Credentials(request.user, request.password, config.server_users),
            clock=self._context.clock,
            limits=ConnectionLimits(receive_bytes_max=REPORT_BYTES_MAX),
            first_login_timeout_s=None if sequence else ORDER_MANAGER_DEADLINE_S,
            session_id=session_id,
            sequence=sequence,
        )
