"""What a run leaves on several hosts: feed logs, journals, the stream, and who answered when."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.compare.evidence import feed_logs_in, journals_in
from tests.faults.hosts.layout import STREAM
from tests.faults.hosts.prober import Answer
from tests.faults.hosts.stack import HostsStack
from tradestack.engine.connection import connect
from tradestack.engine.stream import Stream

TAKEOVER, JOURNAL = "Takeover", "JournalEntry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message of the stream of orders; at_ns: of a Takeover, on the clock of the answers."""

    sequence: int
    record: str
    epoch: int
    host: str
    session: str = ""
    offset: int = 0
    lines: bytes = b""
    at_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsEvidence:
    """Feed logs and journals by host and session, the stream, and the answers of the probers.

    exits: how units ended that nobody had killed, in words.
    """

    feeds: Mapping[str, Mapping[str, bytes]]
    journals: Mapping[str, Mapping[str, bytes]]
    stream: Sequence[Entry]
    answers: Sequence[Answer]
    exits: Sequence[str] = field(default_factory=list)


def contents(paths: Sequence[Path]) -> dict[str, bytes]:
    """Read files; return what they have by their names without the suffix."""
    return {path.stem: path.read_bytes() for path in paths}


def feeds_of(directories: Mapping[str, Path]) -> dict[str, dict[str, bytes]]:
    """Return the feed logs of each host."""
    return {host: contents(feed_logs_in(directory)) for host, directory in directories.items()}


def journals_of(directories: Mapping[str, Path]) -> dict[str, dict[str, bytes]]:
    """Return the order journals of each host that is given."""
    return {host: contents(journals_in(directory)) for host, directory in directories.items()}


async def read_stream(stack: HostsStack) -> list[Entry]:
    """Read the stream of orders from its first message on. Raises EngineError."""
    monotonic_offset_ns = time.monotonic_ns() - time.time_ns()
    connection = await connect(stack.engine_settings())
    try:
        stream = Stream(connection, STREAM)
        last = (await stream.state()).last
        reader = await stream.reader(1)
        entries: list[Entry] = []
        while not entries or entries[-1].sequence < last:
            for message in await reader.next_messages():
                headers = message.headers
                time_ns = int(headers.get("Ts-Time", 0))
                entries.append(
                    Entry(
                        sequence=message.sequence,
                        record=headers["Ts-Record"],
                        epoch=int(headers["Ts-Epoch"]),
                        host=headers["Ts-Host"],
                        session=headers.get("Ts-Session", ""),
                        offset=int(headers.get("Ts-Offset", 0)),
                        lines=message.data,
                        at_ns=time_ns + monotonic_offset_ns if time_ns else 0,
                    )
                )
        return entries
    finally:
        await connection.close()
