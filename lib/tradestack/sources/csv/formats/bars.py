"""How long a file's bars are: by option, by the end that each bar has, or by the times themselves.

A bar whose beginning is stamped is known only when it ends. Times tell the interval if it is the
smallest difference of two rows of a symbol, and at least three quarters of all differences.
"""

import contextlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence

from tradestack.domain.units import NANOSECONDS_OF, format_quantity
from tradestack.sources.csv.formats.header import HeaderFault, find_column
from tradestack.sources.csv.formats.preset import Preset, Stamp
from tradestack.sources.csv.layout import Layout
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.csv.times.time_rules import TimeRules
from tradestack.sources.csv.times.timestamps import UNIT_DIGITS, Moment

Rows = Sequence[Sequence[str]]


def find_interval(
    rules: TimeRules,
    preset: Preset,
    options: ReadingOptions,
    layout: Layout,
    header: Sequence[str],
    rows: Rows,
) -> tuple[int, str]:
    """Return the ns to add to the time of a row, and a remark. Raises HeaderFault."""
    stamp = Stamp(options.stamp) if options.stamp is not None else preset.stamp
    if stamp is not Stamp.START:
        return 0, ""
    if options.interval is not None:
        return options.interval, ""
    moments = moments_of(rules, layout, rows)
    if not any(moments.values()) or all(
        rules.is_whole_day(moment) for times in moments.values() for moment in times
    ):
        return 0, ""
    interval_ns = _from_end(rules, preset, layout, header, rows) or _from_times(moments)
    if not interval_ns:
        raise HeaderFault(
            "the times of the bars do not show how long they are", "use --interval TIME"
        )
    shown = format_quantity(interval_ns, NANOSECONDS_OF)
    return interval_ns, f"bars of {shown}, each a tick at its end"


def moments_of(rules: TimeRules, layout: Layout, rows: Rows) -> dict[str, list[Moment]]:
    """Return the times of each symbol, as far as they can be read."""
    moments: dict[str, list[Moment]] = defaultdict(list)
    for row in rows:
        with contextlib.suppress(ValueError, IndexError):
            moment = rules.parse(" ".join(row[at] for at in layout.timestamp))
            symbol = "" if layout.symbol is None else row[layout.symbol]
            moments[symbol].append(moment)
    return moments


def _from_end(
    rules: TimeRules, preset: Preset, layout: Layout, header: Sequence[str], rows: Rows
) -> int:
    """Return the interval by the first bar's end, which is one unit before the next beginning."""
    end = find_column(header, (preset.end,)) if preset.end is not None else None
    if end is None or not rows:
        return 0
    try:
        first, last = (rules.parse(rows[0][at]) for at in (*layout.timestamp, end))
    except (ValueError, IndexError):
        return 0
    unit_ns: int = 10 ** UNIT_DIGITS.get(last.form, 0)
    return last.local_ns - first.local_ns + unit_ns


def _from_times(moments: dict[str, list[Moment]]) -> int:
    differences = Counter(
        abs(later.local_ns - earlier.local_ns)
        for times in moments.values()
        for earlier, later in itertools.pairwise(times)
    )
    del differences[0]
    if not differences:
        return 0
    smallest = min(differences)
    is_most = differences[smallest] * 4 >= 3 * differences.total()
    return smallest if is_most and all(each % smallest == 0 for each in differences) else 0
