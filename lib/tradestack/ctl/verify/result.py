"""The result of a verification, as text and as JSON."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradestack.observe.printable import printable
from tradestack.trading.verification.counts import Counts

COLUMNS = 80
TAKEN = (
    "The requests, their causes and times of receipt, refusals by limits over all users, what "
    "operators did and the answers to Register are taken from the journal as they are."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference or damage: file, place, what is found and what is expected."""

    file: Path
    place: str
    what: str
    order_id: int | None = None
    field: str
    expected: str
    found: str

    @property
    def text(self) -> str:
        """The finding for people."""
        order = "" if self.order_id is None else f", order {self.order_id}"
        return (
            f"  {self.file}: {self.place}\n"
            f"    {printable(self.what)}{order}: {printable(self.field)}\n"
            f"      expected  {printable(self.expected)}\n"
            f"      found     {printable(self.found)}\n"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return its fields for JSON."""
        return {
            "file": str(self.file),
            "place": self.place,
            "what": self.what,
            "order_id": self.order_id,
            "field": self.field,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(slots=True, kw_only=True)
class Result:
    """What was compared, each difference that was found, and what is not known of the rest.

    After the first difference in a journal nothing that follows it is compared. earlier: results of
    the feed sessions that accounts go on from, the newest first.
    """

    session: str
    messages: int
    is_ended: bool
    journals: list[Path] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    records: int = 0
    counts: Counts = field(default_factory=Counts)
    findings: list[Finding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    earlier: list["Result"] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether there is no difference, here and in the earlier feed sessions."""
        return not self.findings and all(each.is_same for each in self.earlier)

    @property
    def text(self) -> str:
        """The result for people."""
        verdict = "DIFFERENT" if self.findings else "no difference"
        end = "ended" if self.is_ended else "goes on"
        counts = self.counts
        return "".join(
            (
                f"feed session {self.session}: {verdict}\n",
                *(finding.text for finding in self.findings),
                f"  messages  {self.messages:,}; the session {end}\n",
                f"  accounts  {len(self.accounts):,}{_listed(self.accounts)}\n",
                f"  orders    {counts.orders:,}\n",
                f"  requests  {counts.requests:,} to cancel or replace\n",
                f"  reports   {counts.reports:,}, of them {counts.fills:,} fills\n",
                f"  states    {counts.checkpoints:,} checkpoints\n",
                f"  journals  {len(self.journals):,}, with {self.records:,} records"
                f"{_listed([path.name for path in self.journals])}\n",
                "not shown by this:\n",
                *(f"{_wrapped(printable(remark))}\n" for remark in (TAKEN, *self.unknown)),
                *(f"\n{each.text}" for each in self.earlier),
            )
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the object that --json prints."""
        counts = self.counts
        return {
            "session": self.session,
            "same": self.is_same,
            "ended": self.is_ended,
            "messages": self.messages,
            "accounts": self.accounts,
            "orders": counts.orders,
            "requests": counts.requests,
            "reports": counts.reports,
            "fills": counts.fills,
            "checkpoints": counts.checkpoints,
            "journals": [str(path) for path in self.journals],
            "records": self.records,
            "differences": [finding.as_dict() for finding in self.findings],
            "not_shown": [TAKEN, *self.unknown],
            "earlier": [each.as_dict() for each in self.earlier],
        }


def _wrapped(text: str) -> str:
    return textwrap.fill(text, COLUMNS, initial_indent="  ", subsequent_indent="  ")


def _listed(names: Sequence[str]) -> str:
    return f": {', '.join(map(printable, names))}" if names else ""
