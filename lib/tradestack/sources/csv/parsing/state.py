"""What is carried from row to row of a file, and goes into checkpoints."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from tradestack.sources.csv.times.timestamps import Form

_NOT_IN_CHECKPOINTS = ("value_min", "value_max")


@dataclass(slots=True)
class RowState:
    """What the rows read so far have left; a checkpoint holds all but the extremes."""

    line: int = 1  # the last line read; the header is line 1
    form: Form | None = None
    event_time_ns: int = 0  # the latest
    first_time_ns: int = 0  # the earliest
    rows_good: int = 0
    rows_rejected: int = 0
    rows_left_out: int = 0  # that are no ticks: filtered, or without a value
    rows_rounded: int = 0
    prices_rounded: int = 0
    sizes_saturated: int = 0
    times_zoned: int = 0
    times_zoneless: int = 0  # epochs are neither
    has_fraction: bool = False  # of any value: prices in fixed point have none
    negative_values: int = 0
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
        self.negative_values += value < 0
        self.value_max = max(self.value_max, value)
        self.has_fraction = self.has_fraction or has_fraction

    def as_checkpoint(self) -> dict[str, Any]:
        """Return what `restore` takes, as JSON."""
        values = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.name not in _NOT_IN_CHECKPOINTS
        }
        return {**values, "form": self.form.name if self.form else None}

    def restore(self, checkpoint: dict[str, Any]) -> None:
        """Go back to a checkpoint. Raises KeyError."""
        for field in dataclasses.fields(self):
            if field.name not in _NOT_IN_CHECKPOINTS:
                setattr(self, field.name, checkpoint[field.name])
        self.form = Form[checkpoint["form"]] if checkpoint["form"] else None
