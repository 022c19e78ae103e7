"""What became of the tests of a portion: pytest's JUnit file, and how its process ended."""

import signal
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FAULTS = ("failure", "error")


@dataclass(frozen=True, slots=True)
class Result:
    """A test: its name, as pytest takes it, how long it took with its fixtures, and its outcome."""

    name: str
    seconds: float
    failed: bool
    skipped: str  # the reason, or ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A portion that has ended. With status 0 all of its tests have run, and none has failed."""

    name: str
    status: int
    seconds: float
    results: Sequence[Result]
    output: str

    @property
    def passed(self) -> bool:
        """Whether it has passed, which is not so where nothing was recorded."""
        return self.status == 0 and bool(self.results)

    def in_words(self) -> str:
        """Return the counts, and how the process ended unless all is well."""
        words = [counted(self.results)]
        if self.status < 0:
            words.append(f"ended by {signal.Signals(-self.status).name}")
        elif self.status:
            words.append(f"ended with exit status {self.status}")
        if not self.results:
            words.append("nothing was recorded")
        return ", ".join(words)


def results_in(junit: Path) -> Iterator[Result]:
    """Iterate over the tests that are recorded; there are none where the process was killed."""
    try:
        recorded = ElementTree.parse(junit)
    except (FileNotFoundError, ElementTree.ParseError):
        return
    for case in recorded.iter("testcase"):
        skipped = case.find("skipped")
        yield Result(
            name=f"{case.get('file') or case.get('classname')}::{case.get('name')}",
            seconds=float(case.get("time", 0)),
            failed=any(case.find(fault) is not None for fault in FAULTS),
            skipped="" if skipped is None else skipped.get("message", "no reason"),
        )


def counted(results: Sequence[Result]) -> str:
    """Return the counts of outcomes, such as "12 passed, 1 failed"."""
    failed = sum(each.failed for each in results)
    skipped = sum(bool(each.skipped) for each in results)
    words = [f"{len(results) - failed - skipped} passed"]
    words += [f"{failed} failed"] * bool(failed) + [f"{skipped} skipped"] * bool(skipped)
    return ", ".join(words)
