"""config → a source at its beginning."""

from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.header import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.merge import MergedSource
from tradestack.sources.random_walk import RandomWalk, walk_symbols
from tradestack.sources.skip_until import SkipUntil
from tradestack.sources.source import Source, SourceFault
from tradestack_gateway.config import GatewayConfig, SourceChoice

WALK_START_NS = 1_704_205_800_000_000_000  # 2024-01-02T14:30:00Z, an opening of the New York market


def csv_sources(config: GatewayConfig, refusals: BadRows) -> list[CsvSource]:
    """The configured files, prices first. Raises OperatorFault, SourceFault."""
    paths = ((config.prices, SourceKind.PRICES), (config.sentiment, SourceKind.NEWS))
    named = [(path, kind) for path, kind in paths if path is not None]
    if not named:
        remedy = 'set "prices", "sentiment" or both, or source = "random-walk"'
        raise OperatorFault("config: prices, sentiment", "neither file is named", remedy)
    opened: list[CsvSource] = []
    try:
        for path, kind in named:
            opened.append(open_csv(config, path, kind, refusals))
    except (OperatorFault, SourceFault):
        for source in opened:
            source.close()
        raise
    return opened


def open_csv(
    config: GatewayConfig, path: Path, kind: SourceKind | None, refusals: BadRows
) -> CsvSource:
    """One file. Raises OperatorFault, SourceFault."""
    return CsvSource(path, kind, config.column_names(), config.on_bad_row, refusals)


def open_source(config: GatewayConfig, refusals: BadRows) -> Source:
    """All of it as one. Raises OperatorFault, SourceFault."""
    if config.source is SourceChoice.RANDOM_WALK:
        return _random_walk(config)
    files = csv_sources(config, refusals)
    source: Source = files[0] if len(files) == 1 else MergedSource(*files)
    if config.start_at is not None:
        source = SkipUntil(source, config.start_at)
    return source


def _random_walk(config: GatewayConfig) -> RandomWalk:
    return RandomWalk(
        config.walk_seed,
        walk_symbols(config.walk_symbols),
        config.walk_news_every,
        WALK_START_NS if config.start_at is None else config.start_at,
        config.walk_interval,
    )
