"""The present state of the feed in words, from the gateway's stats.

28 %, 52 s left | 500 ticks/s
waiting 42 s (gap of 2 d 17 h cut to 1 min)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradestack.ctl.durations import duration_text

WAIT_SHOWN_S = 2.0  # a shorter wait for the next tick is not shown


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done, from 0 to 1, and the time left; None: not known yet."""

    share: float
    left_s: float | None

    def __str__(self) -> str:
        share = f"{int(self.share * 100)} %"
        return share if self.left_s is None else f"{share}, {duration_text(self.left_s)} left"


def progress_of_time(elapsed_s: float, duration_s: float) -> Progress:
    """Return the progress of a run that ends after a duration."""
    return Progress(min(1.0, elapsed_s / duration_s), max(0.0, duration_s - elapsed_s))


def progress_of_source(gateway: Mapping[str, Any]) -> Progress | None:
    """Return how much of the source is published; None if its length is not known."""
    expected = gateway.get("ticks_expected")
    if not expected:
        return None
    left = max(0, expected - gateway["ticks_total"])
    rates = gateway["rates"]
    rate = rates["10s"] or rates["1s"]
    return Progress(1 - left / expected, left / rate if rate else None)


def feed_state(gateway: Mapping[str, Any] | None) -> str:
    """Return progress and rate in one line; "" if the gateway does not answer."""
    if gateway is None:
        return ""
    progress = progress_of_source(gateway)
    return " | ".join([*([] if progress is None else [str(progress)]), rate_text(gateway)])


def rate_text(gateway: Mapping[str, Any]) -> str:
    """Return the rate of ticks, or why there is none."""
    state: str = gateway["source_state"]
    if state != "running":
        return state
    if gateway["publication_blocked"] is not None:
        return f"blocked: {gateway['publication_blocked']}"
    wait_s, gap_s = gateway["next_tick_wait_s"], gateway["next_tick_gap_s"]
    if wait_s < WAIT_SHOWN_S:
        return f"{gateway['rates']['1s']:,.0f} ticks/s"
    cut_to_s = gateway["next_tick_gap_cut_to_s"]
    cut = f" cut to {duration_text(cut_to_s)}" if cut_to_s else ""
    gap = f" (gap of {duration_text(gap_s)}{cut})" if gap_s else ""
    return f"waiting {duration_text(wait_s)}{gap}"
