"""What the daemons took of the machine."""

import msgspec

from tradestack.report.values.units import Time


class ProcessFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One daemon, over all of its processes while the session lasted.

    cpu_seconds: used; cpu_share: of one CPU, on average; rss_bytes_max: the largest that was
    recorded, of `samples`; each None if not recorded. since, until: wall time.
    """

    daemon: str
    instance: str | None
    cpu_seconds: float | None
    cpu_share: float | None
    rss_bytes_max: int | None
    since: Time
    until: Time
    samples: int
