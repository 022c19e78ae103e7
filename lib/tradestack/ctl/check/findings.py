"""The result of checking one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Further damaged places are only counted: a file of another kind consists of nothing else.
PROBLEMS_LISTED_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a file contains and what is damaged.

    remarks: worth knowing, but no damage. problems: each damaged place, up to PROBLEMS_LISTED_MAX.
    problems_count: the number of all damaged places. remedy: what to do about them, if the file's
    kind does not say it.
    """

    path: Path
    summary: str
    remarks: Sequence[str] = ()
    problems: Sequence[str] = ()
    problems_count: int = 0
    remedy: str = ""

    @property
    def is_damaged(self) -> bool:
        """Whether the file has to be repaired."""
        return self.problems_count > 0

    @property
    def text(self) -> str:
        """The findings for people: one line for the file and one for each of them."""
        unlisted = self.problems_count - len(self.problems)
        lines = [
            f"{self.path}: {self.summary}",
            *(f"  {remark}" for remark in self.remarks),
            *(f"  DAMAGED {problem}" for problem in self.problems),
        ]
        if unlisted > 0:
            lines.append(f"  DAMAGED in {unlisted:,} more places")
        if self.remedy:
            lines.append(f"  REMEDY {self.remedy}")
        return "\n".join(lines)
