"""The connection to the stream, made again whenever it is lost."""

import asyncio
import logging

from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import Connection, connect
from tradestack.engine.faults import EngineError
from tradestack.engine.message import StoredMessage
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import Kept, Stream, create_stream
from tradestack.replication.message import Entry, decode_entry

RETRY_S = 0.1
RETRY_MAX_S = 1.0

logger = logging.getLogger(__name__)


class Link:
    """One stream of the servers, which is created if it is missing."""

    def __init__(self, settings: EngineSettings, name: str, replicas: int) -> None:
        self.fault: str | None = None  # why there is no connection
        self._settings = settings
        self.name = name
        self._replicas = replicas
        self._connection: Connection | None = None
        self._stream: Stream | None = None
        self._connecting = asyncio.Lock()

    @property
    def server(self) -> str:
        """The server that this process is connected to."""
        return "none" if self._connection is None else self._connection.server

    async def stream(self) -> Stream:
        """Return the stream, connected. Raises EngineError, OperatorFault."""
        async with self._connecting:
            if self._connection is None or not self._connection.is_open or self._stream is None:
                await self._connect()
        assert self._stream is not None
        return self._stream

    async def connection(self) -> Connection:
        """Return the connection of `stream`. Raises as it does."""
        await self.stream()
        assert self._connection is not None
        return self._connection

    async def _connect(self) -> None:
        try:
            await self.close()
            self._connection = await connect(self._settings)
            self._stream = await create_stream(
                self._connection, self.name, replicas=self._replicas, kept=Kept.UNTIL_PURGED
            )
        except EngineError as error:
            if self.fault is None:
                logger.warning("stream %s cannot be reached: %s", self.name, error)
            self.fault = str(error)
            raise
        if self.fault is not None:
            logger.info("stream %s can be reached again at %s", self.name, self.server)
        self.fault = None

    async def patiently(self) -> Stream:
        """Return the stream when there is one. Raises OperatorFault."""
        delay_s = RETRY_S
        while True:
            try:
                return await self.stream()
            except EngineError:
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, RETRY_MAX_S)

    async def close(self) -> None:
        """Disconnect."""
        connection, self._connection, self._stream = self._connection, None, None
        if connection is not None:
            await connection.close()


def read_entry(stream: str, message: StoredMessage) -> Entry:
    """Return the entry in a message of that stream. Raises OperatorFault for anything else."""
    try:
        return decode_entry(message.data, message.headers)
    except ValueError as error:
        raise OperatorFault(
            f"stream {stream}: message {message.sequence}",
            str(error),
            "give the order manager a stream of its own (key replication.stream)",
        ) from error
