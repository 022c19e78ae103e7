"""The provenance of a report: sessions, sources, configurations and versions."""

import msgspec

from tradestack.report.values.units import Time

BACKTEST = "backtest"  # the process of one, in place of the daemons


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What the feed was made from: a file, or a generator.

    kind: "prices", "sentiment", "feed-log", "random-walk". size_bytes, digest: of a file, as
    the gateway has recorded them.
    """

    kind: str
    name: str
    size_bytes: int | None = None
    digest: str | None = None


class StrategyConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration that a user's strategy has registered with: a hash of all that decides."""

    user: str
    instance: str
    config_hash: str


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where every number of a report comes from.

    began: wall time of the feed session's beginning, None: not recorded. is_ended: whether the
    feed session is over; otherwise the report is of what was there when it was made, up to message
    `through`. sources_digest: of all that decides what the sources yield. settings: of the sources,
    texts by key. execution: the settings of the execution model, texts with units by the keys of
    [execution]; None: no account has begun. seed: of that model's draws. limits_hash: of the risk
    limits that were in force last. version: of the tradestack that made the report. versions: those
    that the daemons ran, by daemon.
    """

    feed_session: str
    order_sessions: tuple[str, ...]
    began: Time | None
    is_ended: bool
    through: int
    sources: tuple[Source, ...]
    sources_digest: str | None
    settings: dict[str, str]
    strategies: tuple[StrategyConfig, ...]
    execution: dict[str, str] | None
    seed: int | None
    limits_hash: str | None
    version: str
    versions: dict[str, str] | None
    remarks: tuple[str, ...] = ()
