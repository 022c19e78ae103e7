"""The check of source files, which are read to their ends before anything is published.

Files up to `validate_bytes_max` (decompressed) are checked whole; of a larger one only that much,
and what is wrong later stops the publication there.
"""

import contextlib
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tradestack.configs.gateway import GatewayConfig, SourceChoice
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.times import format_utc
from tradestack.observe.events import SOURCE_CHECKED, emit
from tradestack.sessions.catch_up import StillBusy
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

    are_apart: prices and news have no symbol or no time in common, which was logged.
    """

    verdicts: Sequence[Verdict] = ()
    are_apart: bool = False

    @property
    def whole(self) -> bool:
        """Whether every file was read to its end."""
        return all(verdict.whole for verdict in self.verdicts)


async def check_sources(config: GatewayConfig, bad_rows: BadRows, still_busy: StillBusy) -> Checked:
    """Check the configured files; there are none of a random walk. Raises OperatorFault."""
    if config.source is not SourceChoice.CSV:
        return Checked()
    checked: dict[SourceKind, Content] = {}
    verdicts: list[Verdict] = []
    try:
        for open_file in configured_files(config):
            source = open_file(bad_rows, SymbolTable(SOURCE_SYMBOLS_MAX))
            verdicts.append(await _check(source, config.validate_bytes_max, still_busy))
            content = checked.setdefault(source.kind, Content())
            content.add(source)
    except SourceFault as fault:
        raise fault.as_operator_fault() from fault
    for kind, content in checked.items():
        content.warn_of_symbols(kind)
    found = Checked(verdicts)
    return replace(found, are_apart=found.whole and _warn_if_apart(checked))


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


async def _check(source: CsvSource, bytes_max: int, still_busy: StillBusy) -> Verdict:
    verdict = NOTHING_READ
    with contextlib.closing(source):
        for newest in check_source(source, bytes_max):
            verdict = newest
            await still_busy()
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
    return verdict


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
