"""Entries of the replicated journal ⇄ messages of the stream: headers and data.

    Journal    a loop pass, or several: whole lines of an order journal, from byte Ts-Offset on
    Takeover   from here on another process writes the stream; no data

Both have the order session (of a Takeover: the newest one, empty before the first), the epoch and
host of who wrote them, Ts-Writer, which is different for each run of an order manager, and
Ts-Host-Id, which is different for each state directory; an older tradestack leaves it out. Sessions
never decrease in a stream, so the beginning of one is found by bisection.

A message without Ts-Record is of another program: readers skip it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who wrote a message. epoch: how many times the stream has changed hands, from 1.

    host_id: tells hosts of one name apart, "" if an older tradestack wrote it.
    """

    epoch: int
    host: str
    writer: str
    host_id: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Lines of the journal of a session; offset: where they begin there."""

    author: Authorship
    session: str
    offset: int
    lines: bytes


@dataclass(frozen=True, slots=True)
class Takeover:
    """The author writes the stream from here on; session: the newest until then."""

    author: Authorship
    session: str
    time_ns: int


Entry = JournalEntry | Takeover


def encode_entry(entry: Entry) -> tuple[bytes, dict[str, str]]:
    """Entry → data and headers."""
    author = entry.author
    headers = {
        "Ts-Record": type(entry).__name__,
        "Ts-Epoch": str(author.epoch),
        "Ts-Host": author.host,
        "Ts-Writer": author.writer,
    }
    if author.host_id:
        headers["Ts-Host-Id"] = author.host_id
    if entry.session:
        headers["Ts-Session"] = entry.session
    if isinstance(entry, Takeover):
        return b"", headers | {"Ts-Time": str(entry.time_ns)}
    return entry.lines, headers | {"Ts-Offset": str(entry.offset)}


def decode_entry(data: bytes, headers: Mapping[str, str]) -> Entry | None:
    """Data and headers → entry; None for a message of another program.

    Raises ValueError for what says that it is an entry, and is none.
    """
    record, session = headers.get("Ts-Record"), headers.get("Ts-Session", "")
    if record is None:
        return None
    try:
        author = Authorship(
            int(headers["Ts-Epoch"]),
            headers["Ts-Host"],
            headers["Ts-Writer"],
            headers.get("Ts-Host-Id", ""),
        )
        if record == Takeover.__name__:
            return Takeover(author, session, int(headers["Ts-Time"]))
        if record == JournalEntry.__name__ and session and data.endswith(b"\n"):
            return JournalEntry(author, session, int(headers["Ts-Offset"]), data)
    except (KeyError, ValueError) as error:
        raise ValueError(f"not an entry of a replicated journal: {error!r}") from error
    raise ValueError(f"not an entry of a replicated journal: {record!r}")
