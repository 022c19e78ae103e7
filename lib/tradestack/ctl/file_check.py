"""What a look at one file came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Beyond so many, damaged places are counted: a file of another kind is nothing but damage.
PROBLEMS_LISTED_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """summary: what is in it. remarks: what is no damage. problems: what is, each with its place.

    problems_count: all of them; those beyond PROBLEMS_LISTED_MAX are not in `problems`.
    """

    path: Path
    summary: str
    remarks: Sequence[str] = ()
    problems: Sequence[str] = ()
    problems_count: int = 0

    @property
    def is_damaged(self) -> bool:
        """Whether something must be mended."""
        return self.problems_count > 0

    @property
    def text(self) -> str:
        """For people: one line for the file, and one for each finding."""
        more = self.problems_count - len(self.problems)
        lines = [
            f"{self.path}: {self.summary}",
            *(f"  {remark}" for remark in self.remarks),
            *(f"  DAMAGED {problem}" for problem in self.problems),
        ]
        if more > 0:
            lines.append(f"  DAMAGED in {more:,} more places")
        return "\n".join(lines)
