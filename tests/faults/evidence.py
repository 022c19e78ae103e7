"""A stack's files and streams → what happened in one feed session, without the ids.

They are read without the project's own readers of journal and reports, whose mistakes would
otherwise be repeated by the test.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.subscriber import Seen
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials

_LOG_LINE = re.compile(r"Received Order (\d+): (.*)")
_CHECKSUM_LENGTH = 9  # 8 hex digits and a space before each JSON text
_ANNOTATIONS = {"TransactTime", "FeedSession", "SignalTime", "ReferencePx", "ReferencePxAge"}


class Order(NamedTuple):
    """The parts of an order that are the same in every run."""

    user: str
    name: str  # its ClOrdID without the feed session
    terms: str  # all other fields that do not depend on the time


class Answer(NamedTuple):
    """The result of an order."""

    user: str
    name: str
    order_id: int
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is left of one feed session. feed: the packets of the log."""

    feed: bytes
    subscribers: Mapping[str, Seen]
    orders: list[Order]  # of the journal, in its order
    answers: list[Answer]  # of the journal
    reports: list[Answer]  # of the users' streams
    report_gaps: list[str] = field(default_factory=list)
    log_lines: list[tuple[str, int]]  # of order_log.txt: name, order_id


@dataclass(slots=True)
class OrderLogTail:
    """The lines that were appended to order_log.txt since it was last read."""

    path: Path
    offset: int = 0

    def skip(self) -> None:
        """Leave out what the file has now."""
        if self.path.exists():
            self.offset = self.path.stat().st_size

    def lines(self) -> list[str]:
        """Return the lines since the last call."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            content = file.read()
        self.offset += len(content)
        return content.decode().splitlines()


def journal_of(directory: Path) -> list[dict[str, Any]]:
    """Return the records of the newest order journal, without a torn last line."""
    newest = max((directory / "state" / "order-manager").glob("*.journal"), key=lambda p: p.stem)
    lines = newest.read_bytes().split(b"\n")[:-1]
    return [json.loads(line[_CHECKSUM_LENGTH:]) for line in lines]


def orders_of(records: list[dict[str, Any]], feed_session: str) -> tuple[list[Order], list[Answer]]:
    """Return the orders of a feed session, and the result of each."""
    mine = [
        record
        for record in records
        if record["Record"] == "Order" and record["Order"].get("FeedSession") == feed_session
    ]
    orders = [
        Order(
            record["User"],
            _nameless(record["Order"]["ClOrdID"], feed_session),
            json.dumps(
                {
                    name: value
                    for name, value in sorted(record["Order"].items())
                    if name not in _ANNOTATIONS | {"ClOrdID"}
                }
            ),
        )
        for record in mine
    ]
    reports = [{**record["Report"], "User": record["User"]} for record in mine]
    return orders, answers_of(reports, feed_session)


def answers_of(reports: list[dict[str, Any]], feed_session: str) -> list[Answer]:
    """Return the results that a stream reports for orders of a feed session."""
    mine = [report for report in reports if feed_session in report.get("ClOrdID", "")]
    return [
        Answer(
            report["User"],
            _nameless(report["ClOrdID"], feed_session),
            report["OrderID"],
            f"{report['ExecType']} {report.get('OrdRejReason')}",
        )
        for report in mine
    ]


def log_lines_of(lines: list[str], feed_session: str) -> list[tuple[str, int]]:
    """Return the lines for orders of a feed session; one that is not valid has the number -1."""
    found = []
    for line in lines:
        match = _LOG_LINE.search(line)
        name = re.search(r" ClOrdID=(\S+)", line)
        if match is None or name is None:
            found.append((line, -1))
        elif feed_session in name[1]:
            found.append((_nameless(name[1], feed_session), int(match[1])))
    return found


async def reports_of(address: Address, credentials: Credentials) -> list[dict[str, Any]]:
    """Read a user's whole stream with a plain client, up to the first heartbeat."""
    reader, writer = await asyncio.open_connection(address.host, address.port, limit=1 << 20)
    login = f"{credentials.user:<6}{credentials.password:<10}{'':<10}{1:>20}".encode()
    writer.write((len(login) + 1).to_bytes(2, "big") + b"L" + login)
    reports = []
    try:
        while True:
            length = int.from_bytes(await reader.readexactly(2), "big")
            packet = await reader.readexactly(length)
            if packet[:1] == b"S":
                reports.append({**json.loads(packet[1:]), "User": credentials.user})
            elif packet[:1] == b"H":
                return reports
            elif packet[:1] != b"A":
                raise ConnectionError(f"the order manager answered {packet[:20]!r}")
    finally:
        writer.close()


def _nameless(name: str, feed_session: str) -> str:
    return name.replace(feed_session, "*")
