"""The connection to the stream, which is made again whenever it is lost."""

import asyncio
import logging
import sys
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import Connection, connect
from tradestack.engine.faults import EngineError
from tradestack.engine.message import StoredMessage
from tradestack.engine.settings import EngineSettings
from tradestack.engine.stream import Kept, Stream, create_stream
from tradestack.replication.message import Entry, decode_entry

RETRY_S = 0.1
RETRY_MAX_S = 1.0
DAMAGES_MAX = 10  # a second apart
HEADER_BYTES_MAX = 1024  # of a message; the host's name is the longest of them
# The servers' default. Less would not hold every record of the journal.
MAX_PAYLOAD_MIN = 1 << 20

logger = logging.getLogger(__name__)


class Link:
    """One stream of the servers, which is created if it is missing.

    data_bytes_max: of a message, by the server that takes the least of those met so far.
    """

    def __init__(self, settings: EngineSettings, name: str, replicas: int) -> None:
        self.fault: str | None = None  # why there is no connection
        self.data_bytes_max = sys.maxsize
        self._settings = settings
        self.name = name
        self.foreign = Foreign(name)
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
            self._look_at_payload(self._connection)
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

    def _look_at_payload(self, connection: Connection) -> None:
        """Note what the server takes. Raises OperatorFault if that is too little."""
        bytes_max = connection.message_bytes_max
        if bytes_max < MAX_PAYLOAD_MIN:
            raise OperatorFault(
                f"{connection.server}: max_payload",
                f"the server takes messages of {bytes_max} bytes, and a pass of the order manager "
                f"may need {MAX_PAYLOAD_MIN}",
                "set max_payload: 8MB in the configuration of each server, and reload them",
            )
        self.data_bytes_max = min(self.data_bytes_max, bytes_max - HEADER_BYTES_MAX)

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


class Foreign:
    """The messages of other programs in the stream, which are skipped; count: since the start."""

    def __init__(self, stream: str) -> None:
        self.count = 0
        self._stream = stream
        self._newest = 0

    def note(self, sequence: int) -> None:
        """Count a message, unless it or a later one was counted already."""
        if sequence <= self._newest:
            return
        self._newest = sequence
        self.count += 1
        if self.count & (self.count - 1) == 0:  # of many, fewer and fewer
            logger.warning(
                "stream %s: message %d is of another program, and is skipped (%d so far): let no "
                "other program write to the subject %s, by permissions of the servers",
                self._stream,
                sequence,
                self.count,
                self._stream,
            )


def read_entry(stream: str, message: StoredMessage) -> Entry | None:
    """Return the entry in a message of that stream; None: it is of another program.

    Raises OperatorFault for an entry that is damaged.
    """
    try:
        return decode_entry(message.data, message.headers)
    except ValueError as error:
        raise OperatorFault(
            f"stream {stream}: message {message.sequence}",
            str(error),
            "run the same version of tradestack on all hosts, and give the order manager a stream "
            "of its own (key replication.stream; man tradestack-replication)",
        ) from error


class Damages:
    """The attempts to read on that have found messages missing, one after the other.

    A message may be lost on its way from a server, and a new leader may lack the newest ones for a
    moment. What is still missing after DAMAGES_MAX attempts is lost.
    """

    def __init__(self, directory: Path, stream: str) -> None:
        self._directory = directory
        self._stream = stream
        self._last = -1
        self._count = 0

    def note(self, last: int, damage: EngineError) -> None:
        """Note an attempt after message `last`. Raises OperatorFault if there were too many."""
        self._count = self._count + 1 if last == self._last else 1
        self._last = last
        if self._count < DAMAGES_MAX:
            return
        raise OperatorFault(
            f"{self._directory}: the journals, beside stream {self._stream}",
            f"the stream cannot be followed: {damage}",
            "start it again, if its oldest messages were removed on purpose; if that is refused, "
            "copy the journals of a host that has them; if the stream has lost something, let the "
            "host whose journal has most go on as primary of another one (replication.stream)",
        ) from damage
