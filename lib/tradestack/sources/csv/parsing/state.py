"""What is carried from row to row of a file, and goes into checkpoints."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from tradestack.sources.csv.times.timestamps import NANOSECONDS_MAX, Form

Natural = Annotated[int, msgspec.Meta(ge=0, le=NANOSECONDS_MAX)]


class StatePosition(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a state that a checkpoint holds: all but the extremes."""

    line: Natural
    form: str | None
    event_time_ns: Natural
    first_time_ns: Natural
    rows_good: Natural
    rows_rejected: Natural
    rows_left_out: Natural
    rows_rounded: Natural
    prices_rounded: Natural
    sizes_saturated: Natural
    times_zoned: Natural
    times_zoneless: Natural
    negative_values: Natural
    has_fraction: bool


@dataclass(slots=True)
class RowState:
    """What the rows read so far have left."""

    line: int = 1  # the last line read; the header is line 1
    form: Form | None = None
    event_time_ns: int = 0  # the latest
    first_time_ns: int = 0  # the earliest
    rows_good: int = 0
    rows_rejected: int = 0
    rows_left_out: int = 0  # that are not ticks: filtered, or without a value
    rows_rounded: int = 0
    prices_rounded: int = 0
    sizes_saturated: int = 0
    times_zoned: int = 0
    times_zoneless: int = 0  # epochs are neither
    negative_values: int = 0
    has_fraction: bool = False  # of any value: prices in fixed point have none
    value_min: int = 2**63 - 1  # over every row with a number, rejected ones included
    value_max: int = -(2**63)

    def add_time(self, form: Form, event_time_ns: int, *, has_zone: bool, count: int = 1) -> None:
        """Note the time of good rows, the last of `count`."""
        self.form = form
        self.event_time_ns = max(self.event_time_ns, event_time_ns)
        if form in (Form.ISO, Form.DATE, Form.DIGITS, Form.DECLARED):
            self.times_zoned += count * has_zone
            self.times_zoneless += count * (not has_zone)

    def add_first(self, event_time_ns: int) -> None:
        """Note the earliest time of some rows."""
        if not self.first_time_ns or event_time_ns < self.first_time_ns:
            self.first_time_ns = event_time_ns

    def add_value(self, value: int, *, has_fraction: bool) -> None:
        """Note a number, whether its row is good or not."""
        self.value_min = min(self.value_min, value)
        self.value_max = max(self.value_max, value)
        self.negative_values += value < 0
        self.has_fraction = self.has_fraction or has_fraction

    def as_checkpoint(self) -> dict[str, Any]:
        """Return what a StatePosition is made of, as JSON."""
        values = {name: getattr(self, name) for name in StatePosition.__struct_fields__}
        return {**values, "form": self.form.name if self.form else None}

    def restore(self, position: StatePosition) -> None:
        """Go back to a position. Raises KeyError for a form that there is not."""
        form = Form[position.form] if position.form else None
        for name in StatePosition.__struct_fields__:
            setattr(self, name, getattr(position, name))
        self.form = form
