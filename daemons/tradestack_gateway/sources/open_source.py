"""The source that the configuration describes, opened at its beginning."""

from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.header import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.merge import MergedSource
from tradestack.sources.random_walk import RandomWalk, walk_symbols
from tradestack.sources.skip_until import SkipUntil
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, Source, SourceFault
from tradestack.wire.symbol_table import SymbolTable
from tradestack_gateway.config import GatewayConfig, SourceChoice

WALK_START_NS = 1_704_205_800_000_000_000  # 2024-01-02T14:30:00Z, an opening of the New York market


def open_source(config: GatewayConfig, bad_rows: BadRows) -> Source:
    """Open all that is configured as one source. Raises OperatorFault, SourceFault."""
    if config.source is SourceChoice.RANDOM_WALK:
        return _random_walk(config)
    files = csv_sources(config, bad_rows)
    source: Source = files[0] if len(files) == 1 else MergedSource(*files)
    if config.start_at is not None:
        source = SkipUntil(source, config.start_at)
    return source


def csv_sources(config: GatewayConfig, bad_rows: BadRows) -> list[CsvSource]:
    """Open the configured files, prices first, with one table of symbols.

    Raises OperatorFault, SourceFault.
    """
    paths = ((config.prices, SourceKind.PRICES), (config.sentiment, SourceKind.NEWS))
    named = [(path, kind) for path, kind in paths if path is not None]
    if not named:
        remedy = 'set "prices", "sentiment" or both, or source = "random-walk"'
        raise OperatorFault("config: prices, sentiment", "neither file is named", remedy)
    symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
    opened: list[CsvSource] = []
    try:
        for path, kind in named:
            opened.append(open_csv(config, path, kind, bad_rows, symbols))
    except (OperatorFault, SourceFault):
        for source in opened:
            source.close()
        raise
    return opened


def open_csv(
    config: GatewayConfig,
    path: Path,
    kind: SourceKind | None,
    bad_rows: BadRows,
    symbols: SymbolTable,
) -> CsvSource:
    """Open one file as the config describes it. Raises OperatorFault, SourceFault."""
    return CsvSource(path, kind, config.column_names(), config.on_bad_row, bad_rows, symbols)


def _random_walk(config: GatewayConfig) -> RandomWalk:
    return RandomWalk(
        config.walk_seed,
        walk_symbols(config.walk_symbols),
        config.walk_news_every,
        WALK_START_NS if config.start_at is None else config.start_at,
        config.walk_interval,
    )
