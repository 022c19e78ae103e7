"""Contestants measured in turns → one line of the table: medians, ratios, verdicts.

Each round measures every contestant once, in the same order (A B C, A B C), so that a slow phase of
the machine slows all of them. A ratio is that of the medians; its interval is the 95 % interval of
a bootstrap over rounds.
"""

import enum
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

RESAMPLES = 2_000
Samples = npt.NDArray[np.float64]


class Role(enum.Enum):
    """The part of a contestant in a comparison."""

    OURS = "ours"
    PEER = "peer"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Contestant:
    """One of the programs that are compared.

    measure: returns one round's figure, in the comparison's unit; raises CountWrong, NotMeasured.
    """

    name: str
    role: Role
    measure: Callable[[], float]


class Better(enum.Enum):
    """The direction of a target."""

    HIGHER = "≥"
    LOWER = "≤"


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for our figure ÷ the reference, or for our figure if there is no reference."""

    better: Better
    bound: float
    reference: str | None = None

    def is_met(self, figure: float) -> bool:
        """Return whether a ratio, or our figure, keeps the bound."""
        return figure >= self.bound if self.better is Better.HIGHER else figure <= self.bound


@dataclass(frozen=True, slots=True)
class Ratio:
    """The ratio of two medians, with the ends of its 95 % interval."""

    median: float
    low: float
    high: float


@dataclass(slots=True, kw_only=True)
class Comparison:
    """One line of the table.

    figures: each contestant's rounds. For plots: distributions, single measurements by contestant;
    series, (seconds, value) by name. notes: further observations.
    """

    row: str
    variant: str
    unit: str
    batch: str
    placement: str
    ours: str
    figures: Mapping[str, Sequence[float]]
    limit: str | None = None
    targets: Sequence[Target] = ()
    distributions: Mapping[str, Samples] = field(default_factory=dict)
    series: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Return a contestant's median."""
        return statistics.median(self.figures[name])

    @property
    def peers(self) -> list[str]:
        """The contestants that are neither ours nor the limit."""
        return [name for name in self.figures if name not in (self.ours, self.limit)]

    def ratio(self, reference: str) -> Ratio:
        """Return our figures ÷ those of the reference."""
        return ratio_of(self.figures[self.ours], self.figures[reference])

    def is_met(self, target: Target) -> bool:
        """Return whether a target is met; one against a peer without figures is not."""
        if target.reference is None:
            return target.is_met(self.median(self.ours))
        if target.reference not in self.figures:
            return False
        return target.is_met(self.ratio(target.reference).median)


def in_turns(contestants: Sequence[Contestant], rounds: int) -> dict[str, list[float]]:
    """Measure all contestants in each round; return the figures of each."""
    figures: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    for _ in range(rounds):
        for contestant in contestants:
            figures[contestant.name].append(contestant.measure())
    return figures


def ratio_of(ours: Sequence[float], reference: Sequence[float]) -> Ratio:
    """Return the ratio of two contestants; rounds are resampled in pairs."""
    random = np.random.default_rng(1)
    a, b = np.asarray(ours), np.asarray(reference)
    picks = random.integers(0, len(a), (RESAMPLES, len(a)))
    ratios = np.median(a[picks], axis=1) / np.median(b[picks], axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Ratio(float(np.median(a) / np.median(b)), float(low), float(high))
