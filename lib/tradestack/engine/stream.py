"""One stream: append with a fence, read back, seal."""

import asyncio
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.engine.connection import Connection
from tradestack.engine.faults import EngineError, Fenced, Missing, TooFewServers
from tradestack.engine.message import NO_HEADERS, StoredMessage, decode_stored
from tradestack.engine.reader import StreamReader

ACK_TIMEOUT_S = 5.0
DUPLICATE_WINDOW_NS = 120 * NANOSECONDS_PER_SECOND
NAMES_MAX = 100_000  # of streams on one account; a server is of no use long before


class Kept(enum.Enum):
    """Which messages a stream keeps."""

    ALL = "all"  # forever: nobody can remove one
    UNTIL_PURGED = "until purged"  # an operator removes the oldest


@dataclass(frozen=True, slots=True)
class StreamState:
    """What a stream is: last: its newest message, 0 if it has none.

    majority_age_ns: how long ago the leader was that of most servers, as far as it has heard; None
    if that is not known. One that is cut off from the others answers for a quarter of a minute.
    """

    first: int
    last: int
    is_sealed: bool
    config: Mapping[str, Any]
    majority_age_ns: int | None


class Stream:
    """A stream of one subject, which has its name."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.name = name
        self._connection = connection

    @property
    def message_bytes_max(self) -> int:
        """How long a message may be, as the connection says."""
        return self._connection.message_bytes_max

    async def publish(
        self,
        data: bytes,
        *,
        expected_last: int,
        message_id: str = "",
        headers: Mapping[str, str] = NO_HEADERS,
        timeout_s: float = ACK_TIMEOUT_S,
    ) -> asyncio.Future[int]:
        """Append a message after message `expected_last`; several may be under way.

        The future has the sequence; it raises Fenced, Unavailable, UnknownOutcome. message_id: two
        messages with the same one are taken for the same.
        """
        fields = {
            **headers,
            "Nats-Expected-Stream": self.name,
            "Nats-Expected-Last-Sequence": str(expected_last),
        }
        if message_id:
            fields["Nats-Msg-Id"] = message_id
        return await self._connection.replies.publish(self.name, data, fields, timeout_s)

    async def append(
        self,
        data: bytes,
        *,
        expected_last: int,
        message_id: str = "",
        headers: Mapping[str, str] = NO_HEADERS,
        timeout_s: float = ACK_TIMEOUT_S,
    ) -> int:
        """Do what `publish` does, and wait for the sequence."""
        sequence = await (
            await self.publish(
                data,
                expected_last=expected_last,
                message_id=message_id,
                headers=headers,
                timeout_s=timeout_s,
            )
        )
        if sequence != expected_last + 1:  # a message with this id was stored before
            raise Fenced(f"stored as message {sequence}, not {expected_last + 1}")
        return sequence

    async def state(self) -> StreamState:
        """Return what the stream's leader says of it. Raises Missing, Unavailable."""
        answer = await self._connection.request(f"STREAM.INFO.{self.name}")
        config, state = answer["config"], answer["state"]
        return StreamState(
            state["first_seq"],
            state["last_seq"],
            bool(config.get("sealed", False)),
            config,
            majority_age_ns(answer.get("cluster")),
        )

    async def last(self) -> StoredMessage | None:
        """Return the newest message, None if there is none. Raises Missing, Unavailable."""
        state = await self.state()
        return None if state.last == 0 else await self.message(state.last)

    async def message(self, sequence: int) -> StoredMessage:
        """Return one message, from the leader. Raises Missing, Unavailable."""
        answer = await self._connection.request(f"STREAM.MSG.GET.{self.name}", seq=sequence)
        return decode_stored(answer["message"])

    async def reader(self, sequence: int) -> StreamReader:
        """Return what reads the stream from that message on. Raises Missing, Unavailable."""
        return await StreamReader.open(self._connection, self.name, sequence)

    async def seal(self) -> None:
        """Let nothing more be appended or removed, ever. Raises Missing, Unavailable."""
        config = dict((await self.state()).config)
        await self._connection.request(f"STREAM.UPDATE.{self.name}", **(config | {"sealed": True}))


def majority_age_ns(cluster: Mapping[str, Any] | None) -> int | None:
    """What STREAM.INFO says of the servers → `StreamState.majority_age_ns`.

    A follower answers the leader at least once a second; 0: it never has.
    """
    if cluster is None:
        return 0  # a server alone
    others = cluster.get("replicas") or []
    needed = (len(others) + 1) // 2  # of them, beside the leader
    ages: list[int] = sorted(other["active"] for other in others if other["active"])
    if not cluster.get("leader") or len(ages) < needed:
        return None
    return ages[needed - 1] if needed else 0


async def create_stream(
    connection: Connection, name: str, *, replicas: int, kept: Kept = Kept.ALL
) -> Stream:
    """Create the stream unless it exists. Raises Unavailable, OperatorFault for `replicas`."""
    stream = Stream(connection, name)
    try:
        await stream.state()
    except Missing:
        try:
            await connection.request(
                f"STREAM.CREATE.{name}",
                name=name,
                subjects=[name],
                retention="limits",
                storage="file",
                discard="new",
                num_replicas=replicas,
                duplicate_window=DUPLICATE_WINDOW_NS,
                allow_direct=True,
                deny_delete=True,
                deny_purge=kept is Kept.ALL,
            )
        except TooFewServers as error:
            raise OperatorFault(
                f"stream {name}: replicas",
                f"{replicas} servers are to store it, and NATS has fewer",
                "set the key replicas to the number of servers in the cluster, or add servers",
            ) from error
    return stream


async def delete_stream(connection: Connection, name: str) -> None:
    """Remove a stream with all its messages. Raises Missing, Unavailable."""
    await connection.request(f"STREAM.DELETE.{name}")


async def stream_names(connection: Connection, prefix: str) -> list[str]:
    """Return the names of all streams that begin so, sorted. Raises Unavailable."""
    names: list[str] = []
    while True:
        answer = await connection.request("STREAM.NAMES", offset=len(names))
        page = answer.get("streams") or []
        names += page
        if not page or len(names) >= answer["total"]:
            return sorted(name for name in names if name.startswith(prefix))
        if len(names) > NAMES_MAX:
            raise EngineError(f"more than {NAMES_MAX} streams")
