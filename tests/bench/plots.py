"""Plots: latency distributions, throughput over subscribers, memory over time."""

import re
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.bench.comparison import Comparison
from tests.bench.rows import fan_out

mpl.use("Agg")
SIZE_INCHES = (8, 4.5)
DOTS_PER_INCH = 110
SHARE_MAX = 0.999  # what a few thousand samples can tell


def draw(comparisons: Sequence[Comparison], directory: Path) -> list[Path]:
    """Write the PNG files; return their paths in the order of the table."""
    paths = [
        _distribution(comparison, directory / f"latency-{_slug(comparison)}.png")
        for comparison in comparisons
        if comparison.distributions
    ]
    fans = [
        comparison
        for comparison in comparisons
        if comparison.row == fan_out.NAME and "free" in comparison.placement
    ]
    batched = [comparison for comparison in fans if comparison.batch == "64 KiB"]
    if len(batched) > 1:
        paths.append(_subscribers(batched, directory / "throughput-over-subscribers.png"))
    paths += [
        _over_time(comparison, directory / f"{comparison.row}-over-time.png")
        for comparison in comparisons
        if comparison.series
    ]
    return paths


def _distribution(comparison: Comparison, path: Path) -> Path:
    """Plot the share of samples below each time, on a scale that shows the tail."""
    figure, axes = plt.subplots(figsize=SIZE_INCHES)
    for name, samples in comparison.distributions.items():
        ordered = np.sort(samples)
        shares = np.arange(1, len(ordered) + 1) / len(ordered)
        shown = shares <= SHARE_MAX
        axes.plot(ordered[shown], 1 / (1 - shares[shown]), label=name)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=comparison.unit,
        title=f"{comparison.row}, {comparison.variant.removesuffix(', p50')} "
        f"({comparison.placement})",
    )
    axes.set_yticks([2, 10, 100, 1_000], ["p50", "p90", "p99", "p99.9"])
    return _save(figure, axes, path)


def _subscribers(comparisons: Sequence[Comparison], path: Path) -> Path:
    figure, axes = plt.subplots(figsize=SIZE_INCHES)
    counts = list(fan_out.TICKS)
    for name in comparisons[-1].figures:
        axes.plot(
            counts, [comparison.median(name) for comparison in comparisons], marker="o", label=name
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="subscribers",
        ylabel="ticks/s to each",
        title="fan-out, batches of 64 KiB",
    )
    axes.set_xticks(counts, [str(count) for count in counts])
    return _save(figure, axes, path)


def _over_time(comparison: Comparison, path: Path) -> Path:
    figure, axes = plt.subplots(figsize=SIZE_INCHES)
    for name, points in comparison.series.items():
        axes.plot(*zip(*points, strict=True), label=name)
    axes.set(
        xlabel="s", ylabel=comparison.unit, ylim=(0, None), title=f"{comparison.row}, at full pace"
    )
    return _save(figure, axes, path)


def _save(figure: Figure, axes: Axes, path: Path) -> Path:
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    return path


def _slug(comparison: Comparison) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{comparison.row} {comparison.placement}".lower())
