"""The check of source files, which are read to their ends before anything is made of them.

Files up to `validate_bytes_max` (decompressed) are checked whole; of a larger one only that much,
and what is wrong later stops the publication there. A gateway and a backtest check in the same way.
"""

import contextlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tradestack.configs.gateway import GatewayConfig, SourceChoice
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.times import format_utc
from tradestack.observe.events import SOURCE_CHECKED, emit
from tradestack.sessions.open_source import configured_files
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.check import (
    NOTHING_READ,
    Verdict,
    check_source,
    describe,
    symbols_beyond_book,
    warnings_of,
)
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.csv.times.timestamps import NANOSECONDS_MAX
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, SourceFault
from tradestack.wire.feed import decode_symbol
from tradestack.wire.symbol_table import SymbolTable

SYMBOLS_SHOWN = 5  # in a warning

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in the files.

    lines: how many of each were read. are_apart: prices and news have no symbol or no time in
    common, which was logged.
    """

    verdicts: Sequence[Verdict] = ()
    lines: Mapping[Path, int] = field(default_factory=dict)
    are_apart: bool = False

    @property
    def whole(self) -> bool:
        """Whether every file was read to its end."""
        return all(verdict.whole for verdict in self.verdicts)


class SourceCheck:
    """The check of the configured files; there are none of a random walk.

    result: what was found so far. end_ns: a file of prices is read no further than to this event
    time.
    """

    def __init__(
        self, config: GatewayConfig, bad_rows: BadRows, end_ns: int = NANOSECONDS_MAX
    ) -> None:
        self.result = Checked()
        self._config = config
        self._bad_rows = bad_rows
        self._end_ns = end_ns

    def steps(self) -> Iterator[None]:
        """Read one batch of a file with each step, and log what is to be said of each file.

        Raises OperatorFault, also for what is in a file.
        """
        if self._config.source is not SourceChoice.CSV:
            return
        checked: dict[SourceKind, Content] = {}
        try:
            for open_file in configured_files(self._config):
                source = open_file(self._bad_rows, SymbolTable(SOURCE_SYMBOLS_MAX))
                with contextlib.closing(source):
                    yield from self._check(source)
                checked.setdefault(source.kind, Content()).add(source)
        except SourceFault as fault:
            raise fault.as_operator_fault() from fault
        for kind, content in checked.items():
            content.warn_of_symbols(kind)
        are_apart = self.result.whole and _warn_if_apart(checked)
        self.result = replace(self.result, are_apart=are_apart)

    def _check(self, source: CsvSource) -> Iterator[None]:
        """Check one file. Raises SourceFault."""
        is_needed_whole = source.kind is SourceKind.NEWS or source.recognised.sort
        end_ns = NANOSECONDS_MAX if is_needed_whole else self._end_ns
        verdict = NOTHING_READ
        for verdict in check_source(source, self._config.validate_bytes_max, end_ns):  # noqa: B007
            yield
        _log(source, verdict)
        found = self.result
        lines = min(source.state.line, found.lines.get(source.path, source.state.line))
        self.result = Checked([*found.verdicts, verdict], {**found.lines, source.path: lines})


class Content:
    """From when to when files of one kind go, and which symbols they have."""

    def __init__(self) -> None:
        self.first_ns = NANOSECONDS_MAX
        self.last_ns = 0
        self.symbols: dict[bytes, None] = {}  # in the order of files, and of appearance in each
        self._symbols_of_file_max = 0

    def add(self, source: CsvSource) -> None:
        """Add a file that was read."""
        self.first_ns = min(self.first_ns, source.state.first_time_ns)
        self.last_ns = max(self.last_ns, source.state.event_time_ns)
        self.symbols.update(dict.fromkeys(source.symbols.fields()))
        self._symbols_of_file_max = max(self._symbols_of_file_max, len(source.symbols))

    def warn_of_symbols(self, kind: SourceKind) -> None:
        """Warn if the files together have more symbols than a book holds; of one, it was said."""
        if self._symbols_of_file_max <= SYMBOLS_MAX:
            for warning in symbols_beyond_book(kind, self.symbols):
                logger.warning("%s files together: %s", kind.value, warning)


def _log(source: CsvSource, verdict: Verdict) -> None:
    """Log what is to be said of a file that was read."""
    facts = {name.replace(" ", "_"): _field(text) for name, text in describe(source)}
    emit(
        logger,
        SOURCE_CHECKED,
        file=source.path,
        rows=verdict.rows_good,
        refused=verdict.rows_rejected,
        rounded=verdict.rows_rounded,
        whole=verdict.whole,
        **facts,
    )
    for warning in warnings_of(source):
        logger.warning("%s: %s", source.path, warning)


def _field(text: str) -> str:
    """Return a text as a field of an event: one word, or in quotes."""
    return text if " " not in text else f'"{text.translate(_NO_QUOTES)}"'


_NO_QUOTES = str.maketrans('"', "'")


def _warn_if_apart(checked: Mapping[SourceKind, Content]) -> bool:
    """Warn if prices and news have nothing to do with each other; return whether that is so."""
    if len(checked) < len(SourceKind):
        return False
    prices, news = checked[SourceKind.PRICES], checked[SourceKind.NEWS]
    shares_symbols = bool(prices.symbols.keys() & news.symbols.keys())
    shares_time = news.first_ns <= prices.last_ns and prices.first_ns <= news.last_ns
    if not shares_symbols:
        logger.warning(
            "no symbol of the news has prices: news of %s, prices of %s; no news can be traded on",
            _some(news.symbols),
            _some(prices.symbols),
        )
    if not shares_time:
        logger.warning(
            "prices and news share no time: prices from %s to %s, news from %s to %s",
            *map(format_utc, (prices.first_ns, prices.last_ns, news.first_ns, news.last_ns)),
        )
    return not (shares_symbols and shares_time)


def _some(symbols: Collection[bytes]) -> str:
    names = sorted(decode_symbol(symbol) for symbol in symbols)
    more = f" and {len(names) - SYMBOLS_SHOWN} more" if len(names) > SYMBOLS_SHOWN else ""
    return ", ".join(names[:SYMBOLS_SHOWN]) + more
