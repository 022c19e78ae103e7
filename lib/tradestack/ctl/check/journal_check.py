"""an order journal's file → what is in it, and what is damaged."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradestack.ctl.check.findings import PROBLEMS_LISTED_MAX, Findings
from tradestack.ctl.check.journal_record import printable, record_of
from tradestack.domain.times import format_utc
from tradestack.store.journal_lines import JournalLine, read_lines


@dataclass(slots=True)
class _Contents:
    """What was met so far."""

    header: dict[str, Any] = field(default_factory=dict)
    kinds: "Counter[str]" = field(default_factory=Counter)
    users: "Counter[str]" = field(default_factory=Counter)
    order_ids: tuple[int, int] | None = None  # first and last
    remarks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    problems_count: int = 0

    def complain(self, problem: str) -> None:
        """One place more that is damaged."""
        self.problems_count += 1
        if len(self.problems) < PROBLEMS_LISTED_MAX:
            self.problems.append(problem)


def check_journal(path: Path) -> Findings:
    """Reads all of it, without a lock. Raises OSError."""
    contents = _Contents()
    for line in read_lines(path):
        if line.torn:
            contents.remarks.append(
                f"torn end: {line.size:,} bytes at byte {line.offset:,}, a line that is being "
                "written or was cut short; the order manager cuts it at its start"
            )
        elif line.payload is None:
            contents.complain(
                f"line {line.number} at byte {line.offset:,}: {line.size:,} bytes, "
                "the checksum does not match"
            )
        else:
            _take(contents, line)
    return Findings(
        path=path,
        summary=_summary(contents),
        remarks=contents.remarks,
        problems=contents.problems,
        problems_count=contents.problems_count,
    )


def _take(contents: _Contents, line: JournalLine) -> None:
    record = record_of(line)
    if record is None:
        contents.complain(f"line {line.number} at byte {line.offset:,}: this is no record")
        return
    kind = str(record["Record"])
    contents.kinds[kind] += 1
    if "User" in record:
        contents.users[str(record["User"])] += 1
    if (kind == "Session") != (line.number == 1):
        contents.complain(f"line {line.number} at byte {line.offset:,}: {kind} out of place")
    elif kind == "Session":
        contents.header = record
    elif kind == "Repaired":
        contents.remarks.append(
            f"line {line.number}: a repair dropped {record['LinesLost']} lines here"
        )
    elif kind == "Order":
        _take_order(contents, line, record)


def _take_order(contents: _Contents, line: JournalLine, record: dict[str, Any]) -> None:
    order_id = record.get("Report", {}).get("OrderID")
    if not isinstance(order_id, int):
        contents.complain(f"line {line.number} at byte {line.offset:,}: an order without number")
        return
    first, last = contents.order_ids or (order_id, order_id - 1)
    if order_id != last + 1 and not contents.problems_count and not contents.kinds["Repaired"]:
        contents.complain(
            f"line {line.number} at byte {line.offset:,}: order {order_id} follows order {last}"
        )
    contents.order_ids = first, order_id


def _summary(contents: _Contents) -> str:
    header = contents.header
    if not contents.kinds:
        return "no whole record: it had not begun" if not contents.problems_count else "no record"
    parts = []
    if header:
        began = header.get("Time")
        time = format_utc(began) if isinstance(began, int) else "?"
        parts.append(
            f"session {printable(header.get('Session'))}, format {printable(header.get('Version'))}"
            f", begun {time}"
        )
    kinds = ", ".join(f"{count:,} {printable(kind)}" for kind, count in contents.kinds.items())
    parts.append(f"{contents.kinds.total():,} records ({kinds})")
    if contents.order_ids is not None:
        parts.append("orders {:,} to {:,}".format(*contents.order_ids))
    if contents.users:
        users = ", ".join(f"{printable(user)} {n:,}" for user, n in sorted(contents.users.items()))
        parts.append(f"users: {users}")
    return "; ".join(parts)
