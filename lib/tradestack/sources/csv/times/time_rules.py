"""The meaning of a file's times: form, zone and date, and how a day or a bar is stamped.

A date without a time of day is a whole day, and its tick comes at the end of it. A bar is known
when it ends: where a format stamps the beginning, the bar's interval is added.
"""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tradestack.domain.clock import DAY_NS, NANOSECONDS_PER_SECOND
from tradestack.sources.csv.times.time_format import TimeFormat
from tradestack.sources.csv.times.timestamps import (
    EPOCH_ORDINAL,
    Form,
    Moment,
    checked,
    parse_moment,
    shown,
)
from tradestack.sources.csv.times.zones import offset_s
from tradestack.sources.reason import BadValue


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRules:
    """How the times of one file are read.

    zone: of times without one; None: UTC. date: of times of day. date_at_ns: when a date without
    time of day is. interval_ns: of bars whose beginning is stamped, else 0. mixes_units: an epoch
    may change its unit. midnight_is_date: 00:00 stands for the whole day. needs_zone: a time
    without a zone is refused.
    """

    form: TimeFormat | None = None
    zone: ZoneInfo | None = None
    date: datetime.date | None = None
    date_at_ns: int = DAY_NS
    interval_ns: int = 0
    mixes_units: bool = False
    midnight_is_date: bool = False
    needs_zone: bool = False

    def parse(self, text: str) -> Moment:
        """Parse a text by its form, with the date of a time of day. Raises ValueError."""
        if self.form is None:
            return parse_moment(text)
        moment = self.form.parse(text)
        if self.date is not None and self.form.needs_date:
            return moment._replace(local_ns=moment.local_ns + self.date_ns)
        return moment

    @property
    def date_ns(self) -> int:
        """Midnight of the date, ns since 1970 by the local clock."""
        return (self.date.toordinal() - EPOCH_ORDINAL) * DAY_NS if self.date else 0

    def is_whole_day(self, moment: Moment) -> bool:
        """Return whether a moment stands for a whole day."""
        is_midnight = self.midnight_is_date and not moment.local_ns % DAY_NS
        return moment.form is Form.DATE or is_midnight

    def event_time_ns(self, text: str, moment: Moment, latest_ns: int, tolerance_ns: int) -> int:
        """Return the time of the tick, ns since the epoch. Raises ValueError.

        latest_ns: the latest event time of the rows above, tolerance_ns: how far a row may go back
        before it; both for the hour that comes twice. A whole day comes once, in either case.
        """
        local_ns, interval_ns = moment.local_ns, self.interval_ns
        if self.is_whole_day(moment):
            local_ns, interval_ns = local_ns + self.date_at_ns, 0
            latest_ns, tolerance_ns = 0, 0
        zone = self.zone if moment.zone is None else moment.zone
        if zone is None and self.needs_zone and not self.is_whole_day(moment):
            raise BadValue(f"timestamp has no zone: {shown(text)}", "use --timezone ZONE")
        if isinstance(zone, ZoneInfo):
            zone = offset_s(zone, local_ns, latest_ns - interval_ns, tolerance_ns)
        return checked(text, local_ns + interval_ns - (zone or 0) * NANOSECONDS_PER_SECOND)
