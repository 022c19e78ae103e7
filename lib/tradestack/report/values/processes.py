"""The machine resources that the daemons used."""

import msgspec

from tradestack.report.values.units import Time


class ProcessFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One daemon, over all of its processes that have recorded the session.

    cpu_seconds: used since they began; cpu_share: of one CPU, on average; rss_bytes_max: the
    largest resident size that one of them had; each None if not recorded. since, until: wall time,
    the beginning of the first process and the newest of `samples` records.
    """

    daemon: str
    instance: str | None
    cpu_seconds: float | None
    cpu_share: float | None
    rss_bytes_max: int | None
    since: Time
    until: Time
    samples: int
