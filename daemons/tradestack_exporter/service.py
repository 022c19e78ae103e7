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
from tradestack.engine.feed_streams import stream_of
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.login import Credentials
from tradestack.net.control.interface import Interface
from tradestack.observe.events import SERVER_CONNECTED, SERVER_LOST, emit
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack.sessions.skipped_sessions import SkippedSessions
from tradestack.wire.errors import ProtocolError
from tradestack_exporter.export import Destination, Export, FeedBehind
from tradestack_exporter.progress import Progress, State

# While another exporter writes: a spare looks that often whether it still does.
FENCED_DELAY_FIRST_NS = NANOSECONDS_PER_SECOND
FENCED_DELAY_MAX_NS = 2 * NANOSECONDS_PER_SECOND

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
        self._skipped = SkippedSessions()
        self._export: Export | None = None
        self._server: str | None = None
        self._fault: str | None = None
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
            "state": self._state,
            "stream": self._stream,
            "head": progress.head,
            "server": self._server,
            "server_fault": self._reason,
            "buffered": 0 if export is None else export.buffered,
            "lag_us": progress.lag_us,
            "process": {
                "messages": progress.messages,
                "slabs": progress.slabs,
                "bytes": progress.size_bytes,
                "sessions_sealed": progress.sessions_sealed,
                "sessions_removed": progress.sessions_removed,
                "sessions_skipped": self._skipped.total,
                "connections": self._connections,
                "fenced": self._fenced,
            },
        }

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return none."""
        return {}

    def status(self) -> str:
        """Return one line for people."""
        match self._state:
            case State.CONNECTING:
                return "nothing is exported: connecting to NATS"
            case State.FAULT:
                return f"nothing is exported: {self._reason}"
            case State.SPARE:
                return f"spare: another exporter writes {self._stream}"
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

    @property
    def _reason(self) -> str | None:
        """Why nothing is exported, if so."""
        return self._fault or self._progress.waiting or None

    @property
    def _state(self) -> State:
        if self._reason is not None:
            return State.FAULT
        if self._server is None:
            return State.CONNECTING
        return State.SPARE if self._progress.spare else State.EXPORTING

    @property
    def _stream(self) -> str | None:
        session_id = self._progress.session_id
        return None if session_id is None else stream_of(self._config.stream_prefix, session_id)

    async def _run(self) -> None:
        """Export, and begin again after each fault of NATS. Raises OperatorFault."""
        backoff = Backoff()
        fenced_backoff = Backoff(FENCED_DELAY_FIRST_NS, FENCED_DELAY_MAX_NS)
        while True:
            messages, delay = self._progress.messages, backoff
            try:
                await self._export_once()
            except Fenced:
                self._fenced += 1
                delay = fenced_backoff
                self._yield_to_other()
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
            await asyncio.sleep(delay.next_delay_ns() / NANOSECONDS_PER_SECOND)

    async def _export_once(self) -> None:
        config = self._config
        async with await connect(self._settings) as connection:
            self._connections += 1
            if self._server is None:
                emit(logger, SERVER_CONNECTED, address=connection.server)
            self._server, self._fault = connection.server, None
            self._export = Export(
                connection,
                config.feed,
                self._credentials,
                Destination(config.stream_prefix, config.replicas),
                self._progress,
                self._context.clock,
                streams_kept=self._config.streams_kept,  # reloaded meanwhile, perhaps
                skipped=self._skipped,
            )
            try:
                await self._export.run()
            finally:
                self._export = None

    def _yield_to_other(self) -> None:
        """Be the spare, and log it once."""
        if not self._progress.spare:
            logger.info("spare: another exporter writes %s", self._stream)
        self._progress.spare, self._progress.has_turn = True, False

    def _wait_for_feed(self, behind: FeedBehind) -> None:
        """Log, once, that the feed has to catch up."""
        if str(behind) != self._progress.waiting:
            logger.warning("waiting for the feed: %s", behind)
        self._progress.waiting = str(behind)

    def _lost(self, error: EngineError) -> None:
        """Log the loss of a server, or the first failure to find one."""
        if self._server is not None or self._fault is None:
            emit(logger, SERVER_LOST, address=self._server or "nats", reason=error)
        self._server, self._fault = None, str(error)
