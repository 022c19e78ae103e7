"""The check of an order journal: its contents and its damage, by the rules of replay."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tradestack.ctl.check.findings import PROBLEMS_LISTED_MAX, Findings
from tradestack.ctl.check.journal_record import kind_of
from tradestack.ctl.check.journal_replay import JournalReplay
from tradestack.domain.times import format_utc
from tradestack.observe.printable import printable
from tradestack.store.journal_lines import JournalLine, read_lines
from tradestack.wire.journal.order_journal import RepairedRecord
from tradestack.wire.journal.record_user import user_of
from tradestack.wire.journal.replayed_records import (
    ReplayedOrderRecord,
    ReplayedRecord,
)


@dataclass(slots=True)
class _Contents:
    """What was read so far."""

    replay: JournalReplay = field(default_factory=JournalReplay)
    has_valid_line: bool = False  # one whose checksum matches, whatever it holds
    kinds: "Counter[str]" = field(default_factory=Counter)
    users: "Counter[str]" = field(default_factory=Counter)
    order_ids: tuple[int, int] | None = None  # first and last
    remarks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    problems_count: int = 0

    def complain(self, line: JournalLine, problem: object) -> None:
        """Note a damaged place."""
        self.replay.interrupt()
        self.problems_count += 1
        if len(self.problems) < PROBLEMS_LISTED_MAX:
            place = f"line {line.number} at byte {line.offset:,}"
            self.problems.append(f"{place}: {printable(problem)}")


def check_journal(path: Path) -> Findings:
    """Read all of it, without a lock. Raises OSError."""
    contents = _Contents()
    for line in read_lines(path):
        if line.torn:
            contents.remarks.append(
                f"torn end: {line.size:,} bytes at byte {line.offset:,}, a line that is being "
                "written or was cut short; the order manager cuts it when it starts"
            )
        elif line.payload is None:
            contents.complain(line, f"{line.size:,} bytes, the checksum does not match")
        else:
            contents.has_valid_line = True
            try:
                _count(contents, line, contents.replay.take(line))
            except ValueError as error:
                contents.complain(line, f"not a record that belongs here: {error}")
    if contents.problems_count and not contents.has_valid_line:
        return _no_journal(path)
    return Findings(
        path=path,
        summary=_summary(contents),
        remarks=contents.remarks,
        problems=contents.problems,
        problems_count=contents.problems_count,
    )


def _no_journal(path: Path) -> Findings:
    return Findings(
        path=path,
        summary="not an order journal, or nothing of it is left",
        remarks=[],
        problems=["no line begins with its checksum, as the lines of an order journal do"],
        problems_count=1,
    )


def _count(contents: _Contents, line: JournalLine, record: ReplayedRecord) -> None:
    contents.kinds[kind_of(record)] += 1
    user = user_of(record)
    if user is not None:
        contents.users[user] += 1
    if isinstance(record, RepairedRecord):
        contents.remarks.append(f"line {line.number}: {_loss(record)}")
    if isinstance(record, ReplayedOrderRecord):
        order_id = record.report.order_id
        first, _ = contents.order_ids or (order_id, order_id)
        contents.order_ids = first, order_id


def _loss(record: RepairedRecord) -> str:
    if record.lines_lost:
        return f"a repair dropped {record.lines_lost} lines"
    return f"the end may be lost, up to {record.orders_lost:,} orders; another session follows"


def _summary(contents: _Contents) -> str:
    if not contents.kinds:
        return "no whole record: it had not begun" if not contents.problems_count else "no record"
    parts = []
    if contents.replay.state is not None:
        header = contents.replay.state.header
        parts.append(
            f"session {printable(header.session)}, format {header.version}, "
            f"begun {format_utc(header.time_ns)}"
        )
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in contents.kinds.items())
    parts.append(f"{contents.kinds.total():,} records ({kinds})")
    if contents.order_ids is not None:
        parts.append("orders {:,} to {:,}".format(*contents.order_ids))
    if contents.users:
        users = ", ".join(f"{printable(user)} {n:,}" for user, n in sorted(contents.users.items()))
        parts.append(f"users: {users}")
    return "; ".join(parts)
