"""The notation of a file's fields: decimal point, scale of prices, times.

What the options do not say is the preset's, or is found in the first rows.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tradestack.domain.clock import DAY_NS
from tradestack.sources.csv.formats.bars import find_interval, moments_of
from tradestack.sources.csv.formats.header import HeaderFault
from tradestack.sources.csv.formats.preset import Preset, Price
from tradestack.sources.csv.layout import ANY_ORDER_NS, Layout, SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.csv.times.time_format import parse_time_format
from tradestack.sources.csv.times.time_rules import TimeRules
from tradestack.sources.csv.times.timestamps import shown
from tradestack.sources.csv.times.zones import find_zone

_WHOLE = re.compile(r"\d+", re.ASCII)
_DECIMAL_AFTER: Mapping[str | None, str] = {",": ".", ".": ","}  # by what is between thousands
_DECIMAL_COMMA = re.compile(r"\d+,\d+", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3},\d{3}", re.ASCII)


def tolerance_ns(preset: Preset, options: ReadingOptions) -> int:
    """Return how far the times of rows may go back."""
    if options.sort or (options.sort is None and preset.newest_first):
        return ANY_ORDER_NS
    return options.tolerate or 0


class Writing:
    """The first rows of a file whose columns are known. remarks: what was decided is added."""

    def __init__(
        self,
        file_name: str,
        preset: Preset,
        options: ReadingOptions,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        remarks: list[str],
    ) -> None:
        self._file_name = file_name
        self._preset = preset
        self._options = options
        self._header = header
        self._rows = rows
        self._remarks = remarks

    def complete(self, layout: Layout, kind: SourceKind) -> Layout:
        """Return the layout with how its columns are written. Raises HeaderFault."""
        exponent, whole_prices = (0, False) if kind is SourceKind.NEWS else self._scale(layout)
        layout = replace(
            layout,
            decimal=self._decimal(layout, kind),
            thousands=self._options.thousands or "",
            price_exponent=exponent,
            whole_prices=whole_prices,
        )
        return replace(layout, times=self._times(layout))

    def _texts(self, position: int) -> list[str]:
        return [row[position] for row in self._rows if len(row) > position and row[position]]

    def _decimal(self, layout: Layout, kind: SourceKind) -> str:
        """Return the decimal point that is said, or a comma if all values have one."""
        decimal, thousands = self._options.decimal, self._options.thousands
        if decimal is not None and decimal == thousands:
            raise HeaderFault(f"numbers cannot have {shown(decimal)} as --decimal and --thousands")
        if decimal is not None:
            return decimal
        if thousands in _DECIMAL_AFTER:
            return _DECIMAL_AFTER[thousands]
        texts = self._texts(layout.value)
        commas = [text for text in texts if "," in text]
        if not all(map(_DECIMAL_COMMA.fullmatch, commas)) or any("." in text for text in texts):
            return "."
        if commas and all(map(_THOUSANDS.fullmatch, commas)):
            raise HeaderFault(
                f"{kind.value} {shown(commas[0])} may have a decimal comma, or a comma between "
                "thousands",
                "use --decimal , or --thousands ,",
            )
        if commas:
            self._remarks.append("numbers have a decimal comma")
        return "," if commas else "."

    def _scale(self, layout: Layout) -> tuple[int, bool]:
        """Return the exponent of prices, and whether they have to be whole."""
        if self._options.price_scale is not None:
            return self._options.price_scale, False
        if self._preset.price is Price.NANO_IF_WHOLE:
            texts = self._texts(layout.value)
            if texts and all(map(_WHOLE.fullmatch, texts)):
                self._remarks.append("prices are whole numbers of 1e-9")
                return -9, True
        if self._preset.price_scale:
            self._remarks.append(f"prices are whole numbers of 1e{self._preset.price_scale}")
        return self._preset.price_scale, False

    def _times(self, layout: Layout) -> TimeRules:
        """Return how times are read. Raises HeaderFault."""
        options, preset = self._options, self._preset
        declared = parse_time_format(preset.timestamp_format) if preset.timestamp_format else None
        zone = options.timezone or (find_zone(preset.timezone) if preset.timezone else None)
        form = options.timestamp_format or declared
        date = options.date or self._date_in_name()
        if form is not None and form.needs_date and date is None:
            raise HeaderFault("times are without a date", "use --date YYYY-MM-DD")
        rules = TimeRules(
            form=form,
            zone=zone,
            date=date,
            date_at_ns=DAY_NS if options.date_at is None else options.date_at,
            mixes_units=preset.mixes_units,
            needs_zone=preset.needs_zone and zone is None,
        )
        rules = replace(rules, midnight_is_date=self._has_days(rules, layout))
        interval_ns, told_by = find_interval(
            rules, preset, options, layout, self._header, self._rows
        )
        if told_by:
            self._remarks.append(told_by)
        return replace(rules, interval_ns=interval_ns)

    def _has_days(self, rules: TimeRules, layout: Layout) -> bool:
        """Return whether 00:00 stands for a day: no row has another time."""
        if not self._preset.midnight_is_date:
            return False
        moments = [
            moment for each in moments_of(rules, layout, self._rows).values() for moment in each
        ]
        return all(moment.local_ns % DAY_NS == 0 for moment in moments)

    def _date_in_name(self) -> datetime.date | None:
        pattern = self._preset.date_in_name
        match = re.search(pattern, self._file_name) if pattern else None
        if match is None:
            return None
        try:
            date = datetime.date(*map(int, match.groups()))
        except ValueError:
            return None
        self._remarks.append(f"date {date} is from the file's name")
        return date
