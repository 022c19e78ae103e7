"""What a verification has found, as text and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradestack.ctl.check.journal_record import printable
from tradestack.trading.verification.verification import Counts

TAKEN = (
    "The requests, their causes and times of receipt, the verdicts on orders and the answers to "
    "Register are taken from the journal as they are."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference, or damage: in which file, where there, what, and what should be there."""

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

    After the first difference in a journal nothing that follows it is compared.
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

    @property
    def is_same(self) -> bool:
        """Whether there is no difference."""
        return not self.findings

    @property
    def text(self) -> str:
        """The result for people."""
        verdict = "no difference" if self.is_same else "DIFFERENT"
        end = "ended" if self.is_ended else "goes on"
        counts = self.counts
        return "".join(
            (
                f"feed session {self.session}: {verdict}\n",
                *(finding.text for finding in self.findings),
                f"  {self.messages:,} messages of the feed log; the session {end}\n",
                f"  {len(self.accounts):,} accounts{_listed(self.accounts)}\n",
                f"  {counts.orders:,} orders, {counts.requests:,} cancels and replaces, "
                f"{counts.reports:,} reports, {counts.fills:,} fills, "
                f"{counts.checkpoints:,} checkpoints\n",
                f"  {self.records:,} records in {len(self.journals):,} order journals"
                f"{_listed([path.name for path in self.journals])}\n",
                "not shown by this:\n",
                *(f"  {printable(remark)}\n" for remark in (TAKEN, *self.unknown)),
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
        }


def _listed(names: Sequence[str]) -> str:
    return f": {', '.join(map(printable, names))}" if names else ""
