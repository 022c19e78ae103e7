"""Run and provenance: which files, configurations and versions every number comes from."""

from collections.abc import Mapping

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Block, Column, Facts, Section, Table
from tradestack.report.rendering.contents.shown import cut
from tradestack.report.report import Report
from tradestack.report.values.provenance import Provenance

ROWS_MAX = 50


def provenance_section(report: Report) -> Section:
    """The section of the sessions and of what they were made from."""
    of = report.provenance
    return Section(
        name="provenance",
        title="Run and provenance",
        says="The same sources, settings and seed give the same fills, byte for byte.",
        blocks=[_sessions(of), _decides(of), *_tables(of), _execution(of)],
    )


def _sessions(of: Provenance) -> Facts:
    versions = (of.versions or {}).items()
    return Facts(
        caption="Sessions",
        facts=[
            ("Feed session", of.feed_session),
            ("Order sessions", cut(", ".join(of.order_sessions))),
            ("Began", _utc(of.began)),
            ("State", "ended" if of.is_ended else "not ended when this was made"),
            ("Up to message", quantities.count(of.through)),
            ("Report by", f"tradestack {of.version}"),
            (
                "Daemons ran",
                cut(", ".join(f"{daemon} {version}" for daemon, version in versions))
                if versions
                else quantities.NOT_RECORDED,
            ),
        ],
    )


def _utc(time_ns: int | None) -> str:
    text = quantities.time(time_ns)
    return text if time_ns is None else f"{text} UTC"


def _decides(of: Provenance) -> Facts:
    return Facts(
        caption="What decides about fills",
        facts=[
            ("Digest of the sources", of.sources_digest or quantities.NOT_RECORDED),
            *_settings(of.settings),
            ("Seed", quantities.NOT_RECORDED if of.seed is None else str(of.seed)),
            ("Hash of the limits", of.limits_hash or quantities.NOT_RECORDED),
        ],
    )


def _execution(of: Provenance) -> Facts:
    settings = _settings(of.execution or {})
    return Facts(
        caption="Execution model, as it is journalled",
        facts=settings or [("Settings", "none, as no account has begun")],
    )


def _settings(settings: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(cut(key), cut(value)) for key, value in list(settings.items())[:ROWS_MAX]]


def _tables(of: Provenance) -> list[Block]:
    sources = Table(
        caption="Sources of the feed",
        columns=(
            Column("Source", Align.WORDS),
            Column("Name", Align.WORDS),
            Column("Size"),
            Column("Digest", Align.CODE),
        ),
        rows=[
            (
                source.kind,
                cut(source.name),
                quantities.NO_VALUE
                if source.size_bytes is None
                else quantities.memory(source.size_bytes),
                cut(source.digest),
            )
            for source in of.sources[:ROWS_MAX]
        ],
        empty="Not recorded.",
    )
    strategies = Table(
        caption="Strategies",
        columns=(
            Column("User", Align.WORDS),
            Column("Instance", Align.WORDS),
            Column("Hash of the configuration", Align.CODE),
        ),
        rows=[
            (cut(strategy.user), cut(strategy.instance), cut(strategy.config_hash))
            for strategy in of.strategies[:ROWS_MAX]
        ],
        empty="None has registered.",
    )
    return [sources, strategies]
