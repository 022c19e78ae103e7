"""contestants measured in turns → one line of the table: medians, ratios, verdicts.

Each round measures every contestant once, in the same order (A B C, A B C), so that what slows the
machine slows all of them. A ratio is that of the medians; its interval is the 95 % interval of a
bootstrap over rounds.
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
    """What a contestant is in the table."""

    OURS = "ours"
    PEER = "peer"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Contestant:
    """measure: one round's figure, in the comparison's unit. Raises CountWrong, NotMeasured."""

    name: str
    role: Role
    measure: Callable[[], float]


class Better(enum.Enum):
    """Which way a target points."""

    HIGHER = "≥"
    LOWER = "≤"


@dataclass(frozen=True, slots=True)
class Target:
    """ours ÷ reference is to be at least or at most `bound`; without reference, ours itself is."""

    better: Better
    bound: float
    reference: str | None = None

    def is_met(self, figure: float) -> bool:
        """Whether a ratio, or our figure, is good enough."""
        return figure >= self.bound if self.better is Better.HIGHER else figure <= self.bound


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of the medians, with the ends of its 95 % interval."""

    median: float
    low: float
    high: float


@dataclass(slots=True, kw_only=True)
class Comparison:
    """One line of the table.

    figures: each contestant's rounds. For plots: distributions, single measurements by contestant;
    series, (seconds, value) by name. notes: what else was seen.
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
        """A contestant's."""
        return statistics.median(self.figures[name])

    @property
    def peers(self) -> list[str]:
        """Neither ours nor the limit."""
        return [name for name in self.figures if name not in (self.ours, self.limit)]

    def ratio(self, reference: str) -> Ratio:
        """ours ÷ reference."""
        return ratio_of(self.figures[self.ours], self.figures[reference])

    def is_met(self, target: Target) -> bool:
        """The verdict; a peer that could not be measured here is not surpassed."""
        if target.reference is None:
            return target.is_met(self.median(self.ours))
        if target.reference not in self.figures:
            return False
        return target.is_met(self.ratio(target.reference).median)


def in_turns(contestants: Sequence[Contestant], rounds: int) -> dict[str, list[float]]:
    """Each contestant's figures, round by round."""
    figures: dict[str, list[float]] = {one.name: [] for one in contestants}
    for _ in range(rounds):
        for one in contestants:
            figures[one.name].append(one.measure())
    return figures


def ratio_of(ours: Sequence[float], reference: Sequence[float]) -> Ratio:
    """Rounds are resampled in pairs: they were measured one after the other."""
    random = np.random.default_rng(1)
    a, b = np.asarray(ours), np.asarray(reference)
    picks = random.integers(0, len(a), (RESAMPLES, len(a)))
    ratios = np.median(a[picks], axis=1) / np.median(b[picks], axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Ratio(float(np.median(a) / np.median(b)), float(low), float(high))
