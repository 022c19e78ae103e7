"""Source files read to their ends before anything of them is published.

Files up to `validate_bytes_max` (decompressed) are checked whole; of a larger one only that much,
and what is wrong later stops the publication there. A file of sentiments between -1 and 1, some of
them below 0, is rejected: rows would be dropped one by one, and the others taken for extreme
pessimism.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.observe.events import SOURCE_CHECKED, emit
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.header import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.source import SourceFault
from tradestack_gateway.config import GatewayConfig, SourceChoice
from tradestack_gateway.sources.open_source import csv_sources

StillBusy = Callable[[], Awaitable[None]]  # called between two batches of work that may take long

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rows of a file. whole: it was read to its end."""

    rows_good: int
    rows_rejected: int
    rows_rounded: int
    whole: bool


NOTHING_READ = Verdict(rows_good=0, rows_rejected=0, rows_rounded=0, whole=False)


async def check_sources(
    config: GatewayConfig, bad_rows: BadRows, still_busy: StillBusy
) -> list[Verdict]:
    """Check the configured files; there are none of a random walk. Raises OperatorFault."""
    if config.source is not SourceChoice.CSV:
        return []
    try:
        return [
            await _check(source, config.validate_bytes_max, still_busy)
            for source in csv_sources(config, bad_rows)
        ]
    except SourceFault as fault:
        where = f"{fault.path}: line {fault.line}"
        raise OperatorFault(where, fault.reason, "correct the file") from fault


async def _check(source: CsvSource, bytes_max: int, still_busy: StillBusy) -> Verdict:
    verdict = NOTHING_READ
    with contextlib.closing(source):
        for newest in check_source(source, bytes_max):
            verdict = newest
            await still_busy()
    emit(
        logger,
        SOURCE_CHECKED,
        file=source.path,
        rows=verdict.rows_good,
        refused=verdict.rows_rejected,
        rounded=verdict.rows_rounded,
        whole=verdict.whole,
    )
    return verdict


def check_source(source: CsvSource, bytes_max: int) -> Iterator[Verdict]:
    """Read one batch with each step; the last verdict is the result. Raises SourceFault."""
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
    problem = f"all sentiments are within {format_fixed(lowest)} to {format_fixed(highest)}"
    advice = "this looks like the scale -1 to 1; 0 to 100 is expected (value * 50 + 50)"
    if lowest < 0:
        line = source.first_bad_row[0] if source.first_bad_row else source.state.line
        raise SourceFault(source.path, line, f"{problem}: {advice}")
    logger.warning("%s: %s: %s", source.path, problem, advice)
