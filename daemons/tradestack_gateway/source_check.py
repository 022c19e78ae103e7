"""a source file, read to its end → verdict, before anything of it is published.

Files up to `validate_bytes_max` (decompressed) are checked whole; of a larger one only so much, and
what is wrong later stops the publication there. A file of sentiments between -1 and 1 with some
below 0 is refused: rows would be dropped one by one, and the rest taken for extreme pessimism.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.sources.csv.header import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.source import SourceFault

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is in a file that may be published. whole: it was read to its end."""

    rows_good: int
    rows_rejected: int
    rows_rounded: int
    whole: bool


NOTHING_READ = Verdict(rows_good=0, rows_rejected=0, rows_rounded=0, whole=False)


def check_source(source: CsvSource, bytes_max: int) -> Iterator[Verdict]:
    """Reads on a batch with each step; the last value counts. Raises SourceFault."""
    whole = False
    while not whole and source.offset <= bytes_max:
        whole = source.next_batch() is None
        yield _verdict(source, whole=whole)
    if whole and source.kind is SourceKind.NEWS:
        _check_scale(source)


def _verdict(source: CsvSource, *, whole: bool) -> Verdict:
    state = source.state
    return Verdict(state.rows_good, state.rows_rejected, state.rows_rounded, whole)


def _check_scale(source: CsvSource) -> None:
    lowest, highest = source.state.value_min, source.state.value_max
    if highest > SCALE or lowest < -SCALE:
        return
    found = f"all sentiments are within {format_fixed(lowest)} to {format_fixed(highest)}"
    advice = "this looks like the scale -1 to 1; 0 to 100 is expected (value * 50 + 50)"
    if lowest < 0:
        line = source.first_refusal[0] if source.first_refusal else source.state.line
        raise SourceFault(source.path, line, f"{found}: {advice}")
    logger.warning("%s: %s: %s", source.path, found, advice)
