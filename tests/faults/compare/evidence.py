"""What is left of the feed sessions and order sessions of a run, read from files and streams.

It is read without the project's own readers of journal and reports, whose mistakes would otherwise
be repeated by the test.
"""

import asyncio
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.clients.order_probe import Receipt
from tests.faults.clients.subscriber import Seen

PACKET_LENGTH = 64  # of a tick

_ORDER_LINE = re.compile(r"\S+Z Received Order (\d+): .* ClOrdID=(\S+)")
_REPORT_LINE = re.compile(
    r"\S+Z [A-Z][A-Za-z ]+?(?:Order (\d+))?:.* "
    r"ClOrdID=(\S+)(?: OrigClOrdID=\S+)? report=(\S+) user="
)
_CHECKSUM_LENGTH = 9  # 8 hex digits and a space before each JSON text
_ANNOTATIONS = {"ClOrdID", "TransactTime", "FeedSession", "SignalTime", "ReferencePx"}
_ANNOTATIONS |= {"ReferencePxAge"}
_OF_A_RUN = {"OrderID", "ExecID", "TransactTime"}


class Order(NamedTuple):
    """The parts of a strategy's order that are the same in every run, and its answer."""

    user: str
    name: str  # its ClOrdID without the feed session
    terms: str  # all other fields that do not depend on the time, and the verdict

    @property
    def feed_sequence(self) -> int:
        """The number of the tick that caused it."""
        return int(self.name.split("-")[-2])


class Answer(NamedTuple):
    """What a user is told of an order: a report without what is another in every run."""

    feed_sequence: int  # of the message that made it
    text: str


class LogLine(NamedTuple):
    """A line of order_log.txt; one that is not valid has the number -1.

    report: order session and number of a report that follows on an order, "" for an order. One on
    no order has the number 0.
    """

    order_id: int
    name: str
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSession:
    """A feed session. attended: users who followed it to its end, and the next one then.

    head_before_cuts: the highest head that it had when the power was cut.
    """

    id: str
    packets: bytes  # of the log
    attended: frozenset[str] = frozenset()
    head_before_cuts: int = 0

    @property
    def head(self) -> int:
        """The number of messages in the log."""
        return len(self.packets) // PACKET_LENGTH

    @property
    def head_published(self) -> int:
        """The highest number that was published: beyond the log if that ends before a cut."""
        return max(self.head, self.head_before_cuts)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSession:
    """An order session. served: the reports that each user is sent.

    may_lack_its_end: the power was cut when it was not synced.
    """

    id: str
    records: Sequence[Mapping[str, Any]]  # of the journal; "Raw" is what its user is sent
    served: Mapping[str, Sequence[bytes]]
    may_lack_its_end: bool = False

    def reports(self, user: str) -> list[bytes]:
        """Return the user's reports, as the journal has them."""
        return [
            record["Raw"] for record in self.records if "Raw" in record and record["User"] == user
        ]

    def of_account(self, user: str, feed_session: str) -> list[Mapping[str, Any]]:
        """Return the records of what a user's account in a feed session has met."""
        return [
            record
            for record in self._of_its_own()
            if record.get("User") == user and feed_session == _feed_session_of(record)
        ]

    def begins_account(self, user: str, feed_session: str) -> bool:
        """Return whether the user's account in the feed session begins here, and is no copy."""
        return any(record["Record"] == "Account" for record in self.of_account(user, feed_session))

    def _of_its_own(self) -> Iterator[Mapping[str, Any]]:
        """Yield the records that no earlier session has.

        It begins with copies of accounts and of working orders (ExecRestatementReason RENEWAL), and
        with the reports that the session before has lost with its end.
        """
        carried = self.records[0].get("Carried", 0)
        for number, record in enumerate(self.records[1:]):
            reason = record.get("Report", {}).get("ExecRestatementReason")
            if number >= carried or (record["Record"] == "Execution" and reason != "RENEWAL"):
                yield record

    def orders(self) -> list[Mapping[str, Any]]:
        """Return the records of orders."""
        return [record for record in self.records if record["Record"] == "Order"]

    def log_lines(self) -> list[LogLine]:
        """Return what belongs into order_log.txt."""
        lines = []
        reported = [record for record in self.records if "Raw" in record]
        for number, record in enumerate(reported, 1):
            report = record["Report"]
            if record["Record"] == "Order":
                lines.append(LogLine(report["OrderID"], report["ClOrdID"]))
            elif record["Record"] == "Execution":
                order_id = report.get("OrderID")
                known = order_id if isinstance(order_id, int) else 0
                lines.append(LogLine(known, report["ClOrdID"], f"{self.id}-{number}"))
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is left of a run; sessions in their order.

    subscribers: what each received, by feed session. power_cuts: how often the power was cut.
    restarted: users whose strategy was started again. portfolios: what accounts have in the end, by
    user and feed session, as JSON.
    """

    feeds: Sequence[FeedSession]
    subscribers: Mapping[str, Mapping[str, Seen]]
    order_sessions: Sequence[OrderSession]
    log_lines: Sequence[LogLine]
    placed: Collection[str] = ()  # ClOrdIDs of the probe
    unknown: Collection[str] = ()  # those of them whose session was no longer served
    receipts: Sequence[Receipt] = ()
    probe: str = ""  # its user
    faults: Sequence[str] = field(default_factory=list)  # what was noticed at once
    power_cuts: int = 0
    restarted: Collection[str] = ()
    portfolios: Mapping[tuple[str, str], bytes] = field(default_factory=dict)

    def answers(self, user: str, feed_session: str) -> list[Answer]:
        """Return what the user was told about orders in a feed session."""
        return [
            answer_of(record["Report"], feed_session)
            for session in self.order_sessions
            for record in session.of_account(user, feed_session)
            if record["Record"] in ("Order", "Execution")
        ]

    def orders(self, feed_session: str) -> list[Order]:
        """Return the orders that strategies made of a feed session."""
        return [
            order_of(record, feed_session)
            for session in self.order_sessions
            for record in session.orders()
            if record["Order"].get("FeedSession") == feed_session
        ]


def order_of(record: Mapping[str, Any], feed_session: str) -> Order:
    """Leave out of an order's record what is another in every run."""
    order, report = record["Order"], record["Report"]
    terms = {name: value for name, value in sorted(order.items()) if name not in _ANNOTATIONS}
    terms["Verdict"] = [report["ExecType"], report.get("OrdRejReason")]
    name = order["ClOrdID"].replace(feed_session, "*")
    return Order(record["User"], name, json.dumps(terms))


def answer_of(report: Mapping[str, Any], feed_session: str) -> Answer:
    """Leave out of a report what is another in every run."""
    same = {
        name: value.replace(feed_session, "*") if isinstance(value, str) else value
        for name, value in sorted(report.items())
        if name not in _OF_A_RUN
    }
    return Answer(report["FeedSeq"], json.dumps(same))


@dataclass(slots=True)
class OrderLogTail:
    """The lines that were appended to order_log.txt since it was last read."""

    path: Path
    offset: int = 0

    def skip(self) -> None:
        """Leave out what the file has now."""
        if self.path.exists():
            self.offset = self.path.stat().st_size

    def lines(self) -> list[LogLine]:
        """Return the lines since the last call."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            content = file.read()
        self.offset += len(content)
        return [log_line(line) for line in content.decode(errors="replace").splitlines()]


def log_line(line: str) -> LogLine:
    """Read a line of order_log.txt."""
    if match := _ORDER_LINE.match(line):
        return LogLine(int(match[1]), match[2])
    if match := _REPORT_LINE.match(line):
        return LogLine(int(match[1] or 0), match[2], match[3])
    return LogLine(-1, line)


def journals_in(directory: Path) -> list[Path]:
    """Return the order journals of a state directory, the oldest first."""
    return sorted((directory / "state" / "order-manager").glob("*.journal"))


def feed_logs_in(directory: Path) -> list[Path]:
    """Return the feed logs of a state directory, the oldest first."""
    return sorted((directory / "state" / "gateway").glob("*.feed"))


def records_of(journal: Path) -> list[Mapping[str, Any]]:
    """Return the records of an order journal, without a torn last line."""
    return [_record(line[_CHECKSUM_LENGTH:]) for line in journal.read_bytes().split(b"\n")[:-1]]


def accounts_working(journal: Path) -> int:
    """Return how many accounts of an order journal have not ended."""
    content = journal.read_bytes()
    return content.count(b'{"Record":"Account"') - content.count(b'{"Record":"Ended"')


def _record(payload: bytes) -> Mapping[str, Any]:
    record: dict[str, Any] = json.loads(payload)
    if "Report" in record:  # always the last field, sent byte for byte
        record["Raw"] = payload[payload.rindex(b'"Report":') + len(b'"Report":') : -1]
    return record


async def reports_of(
    host: str, port: int, user: str, password: str, session: str = ""
) -> list[bytes]:
    """Read a user's whole stream of a session with a plain client, up to its end or a heartbeat."""
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    login = f"{user:<6}{password:<10}{session:>10}{1:>20}".encode()
    writer.write((len(login) + 1).to_bytes(2) + b"L" + login)
    reports = []
    try:
        while True:
            length = int.from_bytes(await reader.readexactly(2))
            packet = await reader.readexactly(length)
            if packet[:1] == b"S":
                reports.append(packet[1:])
            elif packet[:1] in (b"H", b"Z"):
                return reports
            elif packet[:1] != b"A":
                raise ConnectionError(f"the order manager answered {packet[:20]!r}")
    finally:
        writer.close()


def _feed_session_of(record: Mapping[str, Any]) -> object:
    """Return the feed session of a record, or of the report in it."""
    return record.get("FeedSession", record.get("Report", {}).get("FeedSession"))
