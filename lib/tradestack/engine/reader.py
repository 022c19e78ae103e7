"""Reading a stream by pulling: what is stored already, then what arrives."""

import asyncio
import json
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.engine.connection import Connection
from tradestack.engine.faults import Damaged, Unavailable
from tradestack.engine.meanings import meaning, silence
from tradestack.engine.message import StoredMessage

if TYPE_CHECKING:
    from nats.aio.msg import Msg

PULL_MESSAGES = 16  # asked for at once; of a feed they may be of 256 KiB each
PULL_EXPIRES_S = 5.0
SILENCE_MAX_S = PULL_EXPIRES_S + 5.0  # of the server, which has to say that a pull has expired
CONSUMER_IDLE_S = 60.0  # until the server forgets a reader that is gone
# The server that this client is at may hear of a new reader later than the client does.
UNHEARD_MAX = 20
UNHEARD_PAUSE_S = 0.1
NO_RESPONDERS = "503"


class StreamReader:
    """Each message once and in order, from a number on; made by `Stream.reader`."""

    def __init__(self, connection: Connection, stream: str, sequence: int) -> None:
        self._connection = connection
        self._stream = stream
        self._next = sequence
        self._pull = ""  # the subject to which pulls are sent
        self._inbox = connection.client.new_inbox()
        self._messages: deque[Msg] = deque()
        self._outstanding = 0  # messages that were asked for and did not come yet
        self._unheard = 0  # pulls in a row that no server took
        self._arrived = asyncio.Event()

    @classmethod
    async def open(cls, connection: Connection, stream: str, sequence: int) -> Self:
        """Make the reader known to the server. Raises Missing, Unavailable."""
        reader = cls(connection, stream, sequence)
        answer = await connection.request(
            f"CONSUMER.CREATE.{stream}",
            stream_name=stream,
            config={
                "deliver_policy": "by_start_sequence",
                "opt_start_seq": sequence,
                "ack_policy": "none",
                "replay_policy": "instant",
                "inactive_threshold": int(CONSUMER_IDLE_S * NANOSECONDS_PER_SECOND),
                "mem_storage": True,
                "num_replicas": 1,
            },
        )
        reader._pull = f"{connection.settings.api}.CONSUMER.MSG.NEXT.{stream}.{answer['name']}"
        await connection.client.subscribe(reader._inbox, cb=reader._received)
        return reader

    async def next_messages(self) -> list[StoredMessage]:
        """Return the next messages, all that are here; none when there was none for a while.

        Raises Damaged if the stream has lost messages, Unavailable if it cannot be read any more
        by this reader.
        """
        if not self._messages:
            await self._wait()
        taken: list[StoredMessage] = []
        while self._messages:
            message = self._messages.popleft()
            status = (message.headers or {}).get("Status")
            if status is not None and not message.reply.startswith("$JS.ACK"):
                self._outstanding = 0
                if status == "408" or status == "404":  # the pull has expired, or found nothing
                    continue
                if status == NO_RESPONDERS and self._unheard < UNHEARD_MAX:
                    self._unheard += 1
                    await asyncio.sleep(UNHEARD_PAUSE_S)
                    continue
                description = (message.headers or {}).get("Description", "no server has its reader")
                raise Unavailable(f"{self._stream} is read anew: {description}")
            taken.append(self._stored(message))
        return taken

    def _stored(self, message: "Msg") -> StoredMessage:
        sequence = message.metadata.sequence.stream
        if sequence != self._next:
            raise Damaged(
                f"stream {self._stream}: message {self._next} is missing, {sequence} came"
            )
        self._next += 1
        self._outstanding -= 1
        self._unheard = 0
        return StoredMessage(sequence, message.data, message.headers or {})

    async def _wait(self) -> None:
        """Wait until something arrives, and ask for more. Raises Unavailable."""
        if self._outstanding <= PULL_MESSAGES // 2:
            await self._ask()
        self._arrived.clear()
        arrived = asyncio.ensure_future(self._arrived.wait())
        either: set[asyncio.Future[Any]] = {arrived, self._connection.lost}
        try:
            await asyncio.wait(
                either,
                timeout=SILENCE_MAX_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            arrived.cancel()
        if not self._messages:
            lost = self._connection.lost
            if lost.done():
                raise Unavailable(lost.result())
            raise silence(self._connection.server, SILENCE_MAX_S, self._connection.settings)

    async def _ask(self) -> None:
        wanted = {
            "batch": PULL_MESSAGES,
            "expires": int(PULL_EXPIRES_S * NANOSECONDS_PER_SECOND),
        }
        try:
            await self._connection.client.publish(
                self._pull, json.dumps(wanted).encode(), reply=self._inbox
            )
        except Exception as error:  # nats-py has no one class for it
            raise Unavailable(meaning(error)) from error
        self._outstanding += PULL_MESSAGES

    async def _received(self, message: "Msg") -> None:
        self._messages.append(message)
        self._arrived.set()
