"""The exporter as a service of the runtime: one export after the other, across lost connections."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from tradestack.configs.exporter import ExporterConfig
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import connect
from tradestack.engine.extra import require_nats
from tradestack.engine.faults import EngineError, Fenced
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.login import Credentials
from tradestack.net.control.interface import Interface
from tradestack.observe.events import SERVER_CONNECTED, SERVER_LOST, emit
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack.wire.errors import ProtocolError
from tradestack_exporter.export import Destination, Export, FeedBehind, Progress, lag_us

FENCED_DELAY_FIRST_NS = NANOSECONDS_PER_SECOND  # another exporter writes: it is the one that does

logger = logging.getLogger(__name__)


class Exporter:
    """What the runtime runs."""

    def __init__(self, context: Context[ExporterConfig]) -> None:
        """Read the passwords. Raises OperatorFault."""
        require_nats("tradestack-exporter")
        config = context.config
        self._context = context
        self._config = config
        self._settings = config.nats.settings("tradestack-exporter")
        self._credentials = Credentials(
            config.user, context.password(config.password_file), config.server_users
        )
        self._progress = Progress()
        self._export: Export | None = None
        self._server: str | None = None
        self._fault: str | None = None
        self._behind = ""  # what the feed was last waited for
        self._connections = 0
        self._fenced = 0

    async def start(self) -> None:
        """Begin; NATS and the gateway may come later."""
        self._context.spawn(self._run(), "export")

    async def stop(self) -> None:
        """Do nothing: what was not confirmed is sent again after the next start."""

    def reload(self, config: ExporterConfig) -> None:
        """Take the number of streams to keep, for the next session."""
        self._config = config
        if self._export is not None:
            self._export.streams_kept = config.streams_kept

    def stats(self) -> dict[str, object]:
        """Return the contents of the streams, and counts of the work on them."""
        progress, export = self._progress, self._export
        return {
            "session": progress.session_id,
            "head": progress.head,
            "server": self._server,
            "server_fault": self._fault,
            "buffered": 0 if export is None else export.buffered,
            "lag_us": lag_us(progress),
            "process": {
                "messages": progress.messages,
                "slabs": progress.slabs,
                "bytes": progress.size_bytes,
                "sessions_sealed": progress.sessions_sealed,
                "sessions_removed": progress.sessions_removed,
                "connections": self._connections,
                "fenced": self._fenced,
            },
        }

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return none."""
        return {}

    def status(self) -> str:
        """Return one line for people."""
        if self._server is None:
            return f"nothing is exported: {self._fault or 'connecting to NATS'}"
        return f"message {self._progress.head} of {self._progress.session_id} is on {self._server}"

    def levels(self) -> Sequence[Level]:
        """Return none: the gateway keeps what cannot be sent."""
        return []

    def stalled(self, now_ns: int) -> str | None:  # noqa: ARG002
        """Return None: it waits for others."""
        return None

    def interfaces(self) -> Sequence[Interface]:
        """Return none beside those of every daemon."""
        return ()

    async def _run(self) -> None:
        """Export, and begin again after each fault of NATS. Raises OperatorFault."""
        backoff, fenced_backoff = Backoff(), Backoff(first_ns=FENCED_DELAY_FIRST_NS)
        while True:
            messages, delay = self._progress.messages, backoff
            try:
                await self._export_once()
            except Fenced as fenced:
                self._fenced += 1
                delay = fenced_backoff
                self._lost(fenced)
            except EngineError as error:
                self._lost(error)
            except FeedBehind as behind:
                self._wait_for_feed(behind)
            except ProtocolError as error:
                remedy = "remove that stream, or set another stream_prefix"
                raise OperatorFault("nats", str(error), remedy) from error
            if self._progress.messages > messages:
                backoff.reset()
                fenced_backoff.reset()
                self._behind = ""
            await asyncio.sleep(delay.next_delay_ns() / NANOSECONDS_PER_SECOND)

    async def _export_once(self) -> None:
        config = self._config
        async with await connect(self._settings) as connection:
            self._connections += 1
            self._server, self._fault = connection.server, None
            emit(logger, SERVER_CONNECTED, address=self._server)
            self._export = Export(
                connection,
                config.feed,
                self._credentials,
                Destination(config.stream_prefix, config.replicas),
                self._progress,
                self._context.clock,
                streams_kept=self._config.streams_kept,  # reloaded meanwhile, perhaps
            )
            try:
                await self._export.run()
            finally:
                self._export = None

    def _wait_for_feed(self, behind: FeedBehind) -> None:
        """Log, once, that the feed has to catch up."""
        if str(behind) != self._behind:
            logger.warning("waiting for the feed: %s", behind)
        self._server, self._fault = None, str(behind)
        self._behind = self._fault

    def _lost(self, error: EngineError) -> None:
        """Log the loss of a server, or the first failure to find one."""
        if self._server is not None or self._fault is None:
            emit(logger, SERVER_LOST, address=self._server or "nats", reason=error)
        self._server, self._fault = None, str(error)
