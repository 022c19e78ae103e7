"""config → a source at its beginning."""

from pathlib import Path

from tradestack.domain.faults import OperatorFault

from daemons.gateway.config import GatewayConfig, SourceChoice
from daemons.gateway.csv_header import SourceKind
from daemons.gateway.csv_source import CsvSource
from daemons.gateway.merge import MergedSource
from daemons.gateway.random_walk import RandomWalk, walk_symbols
from daemons.gateway.refusals import Refusals
from daemons.gateway.sources import Source, SourceFault
from daemons.gateway.start_at import StartingAt

WALK_START_NS = 1_704_205_800_000_000_000  # 2024-01-02T14:30:00Z, an opening of the New York market


def csv_sources(config: GatewayConfig, refusals: Refusals) -> list[CsvSource]:
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
    config: GatewayConfig, path: Path, kind: SourceKind | None, refusals: Refusals
) -> CsvSource:
    """One file. Raises OperatorFault, SourceFault."""
    return CsvSource(path, kind, config.column_names(), config.on_bad_row, refusals)


def open_source(config: GatewayConfig, refusals: Refusals) -> Source:
    """All of it as one. Raises OperatorFault, SourceFault."""
    if config.source is SourceChoice.RANDOM_WALK:
        return _random_walk(config)
    files = csv_sources(config, refusals)
    source: Source = files[0] if len(files) == 1 else MergedSource(*files)
    if config.start_at is not None:
        source = StartingAt(source, config.start_at)
    return source


def _random_walk(config: GatewayConfig) -> RandomWalk:
    return RandomWalk(
        config.walk_seed,
        walk_symbols(config.walk_symbols),
        config.walk_news_every,
        WALK_START_NS if config.start_at is None else config.start_at,
        config.walk_interval,
    )
