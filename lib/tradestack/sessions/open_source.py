"""The source that the configuration describes, opened at its beginning."""

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tradestack.configs.gateway import GatewayConfig, SourceChoice
from tradestack.domain.faults import OperatorFault
from tradestack.sources.bad_rows import BadRows, show_nothing
from tradestack.sources.csv.files import expand_files
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.merge import MergedSource, Part
from tradestack.sources.random_walk import RandomWalk, walk_symbols
from tradestack.sources.sorted_source import SortedSource
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, Source
from tradestack.sources.time_span import TimeSpan
from tradestack.wire.symbol_table import SymbolTable

WALK_START_NS = 1_704_205_800_000_000_000  # 2024-01-02T14:30:00Z, an opening of the New York market

OpenFile = Callable[[BadRows, SymbolTable], CsvSource]


def open_source(config: GatewayConfig, bad_rows: BadRows, directory: Path) -> Source:
    """Open all that is configured as one source. Raises OperatorFault, SourceFault.

    directory: where records that are out of order are sorted.
    """
    if config.source is SourceChoice.RANDOM_WALK:
        return _random_walk(config)
    if config.source.is_followed:
        problem = f'"{config.source.value}" is another kind of source'
        remedy = "restart the gateway: it begins and ends as a relay"
        raise OperatorFault("config: source", problem, remedy)
    symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
    files = configured_files(config)
    openers = [partial(_in_order, each, bad_rows, symbols, directory) for each in files]
    source = openers[0]() if len(openers) == 1 else _merged(openers, files, symbols)
    if config.start_at is not None:
        source = TimeSpan(source, config.start_at)
    return source


def configured_files(config: GatewayConfig) -> list[OpenFile]:
    """Return what opens each of the configured files, prices first. Raises OperatorFault."""
    kinds = ((config.prices, SourceKind.PRICES), (config.sentiment, SourceKind.NEWS))
    files = [(path, kind) for patterns, kind in kinds for path in expand_files(patterns or ())]
    if not files:
        remedy = 'set "prices", "sentiment" or both, or source = "random-walk"'
        raise OperatorFault("config: prices, sentiment", "neither file is named", remedy)
    return [partial(_open_file, path, kind, config) for path, kind in files]


def _open_file(
    path: Path, kind: SourceKind, config: GatewayConfig, bad_rows: BadRows, symbols: SymbolTable
) -> CsvSource:
    return CsvSource(path, kind, config.reading(), bad_rows, symbols)


def _in_order(
    open_file: OpenFile, bad_rows: BadRows, symbols: SymbolTable, directory: Path
) -> Source:
    source = open_file(bad_rows, symbols)
    return SortedSource(source, directory) if source.recognised.sort else source


def _merged(
    openers: Sequence[Callable[[], Source]], files: Sequence[OpenFile], symbols: SymbolTable
) -> MergedSource:
    parts = [
        Part(opener, _first_time_ns(open_file))
        for opener, open_file in zip(openers, files, strict=True)
    ]
    return MergedSource(parts, symbols)


def _first_time_ns(open_file: OpenFile) -> int:
    """Return the time of a file's first record; 0 if any of its records may be the first."""
    with contextlib.closing(
        open_file(BadRows(show_nothing), SymbolTable(SOURCE_SYMBOLS_MAX))
    ) as source:
        if source.recognised.sort:
            return 0
        while (batch := source.next_batch()) is not None:
            if len(batch):
                return int(batch.records["event_time_ns"][0])
    return 0


def _random_walk(config: GatewayConfig) -> RandomWalk:
    return RandomWalk(
        config.walk_seed,
        walk_symbols(config.walk_symbols),
        config.walk_news_every,
        WALK_START_NS if config.start_at is None else config.start_at,
        config.walk_interval,
    )
