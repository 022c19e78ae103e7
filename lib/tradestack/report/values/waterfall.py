"""The way from a tick to a fill, hop by hop, with how long each hop took."""

import enum

import msgspec

from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.units import Time


class Clock(enum.StrEnum):
    """What a duration is measured by."""

    WALL = "wall"  # clocks of this machine
    FEED = "feed"  # event times of the tape


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the way.

    key: for programs; title: what the hop is, for people; origin: "journal", or the
    daemon whose statistics have it. percentiles: None = not recorded. since: from when on the
    durations were counted, wall time; None: since the session began.
    """

    key: str
    title: str
    clock: Clock
    origin: str
    percentiles: Percentiles | None
    since: Time | None = None


class Waterfall(msgspec.Struct, frozen=True, kw_only=True):
    """hops: in the order of the way, from the tick to the fill, each with its place in it.

    beside: what is no part of the way: the first hops in one, shared-memory writes and reads, the
    order's round trip.
    """

    hops: tuple[Hop, ...]
    beside: tuple[Hop, ...]
