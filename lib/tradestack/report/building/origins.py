"""The gateway's sidecar and facts of the journals → the provenance of a report."""

import hashlib
from collections.abc import Iterator, Mapping

import msgspec

from tradestack.domain.version import VERSION
from tradestack.report.building.daemon_statistics import Recorded
from tradestack.report.building.execution_settings import execution_settings
from tradestack.report.journal_facts import JournalFacts
from tradestack.report.recorded import RecordedSession
from tradestack.report.values.provenance import Provenance, Source, StrategyConfig
from tradestack.sessions.source_identity import SourceIdentity

_FILES = ("prices", "sentiment", "feed_log")  # keys of files in the identity of sources


def provenance_part(
    session: RecordedSession, facts: JournalFacts, recorded: Recorded | None
) -> Provenance:
    """Return the part of the report; recorded: None = no statistics."""
    sidecar = session.sidecar
    identity: SourceIdentity = {} if sidecar is None else sidecar.sources
    execution = facts.execution
    return Provenance(
        feed_session=session.id,
        order_sessions=tuple(facts.order_sessions),
        began=None if sidecar is None else sidecar.start_time_ns,
        is_ended=session.has_ended,
        through=session.head,
        sources=tuple(_sources(identity)),
        sources_digest=_digest(identity) if identity else None,
        settings=_texts({name: each for name, each in identity.items() if name not in _FILES}),
        strategies=tuple(_strategies(facts)),
        execution=None if execution is None else execution_settings(execution),
        seed=None if execution is None else execution.seed,
        limits_hash=facts.limits_hash,
        version=VERSION,
        versions=None if recorded is None else recorded.versions(),
        remarks=session.remarks,
    )


def _sources(identity: SourceIdentity) -> Iterator[Source]:
    is_file = False
    for kind in _FILES:
        files = identity.get(kind, [])
        for file in [files] if isinstance(files, dict) else files:
            is_file = True
            yield Source(
                kind=kind.replace("_", "-"),
                name=file["path"],
                size_bytes=file["size_bytes"],
                digest=file["sha256_of_ends"],
            )
    if identity and not is_file:
        yield Source(kind=identity["source"], name=identity["source"])


def _digest(identity: SourceIdentity) -> str:
    """Return the SHA-256 of the identity as JSON with sorted keys."""
    return hashlib.sha256(msgspec.json.encode(identity, order="sorted")).hexdigest()


def _strategies(facts: JournalFacts) -> Iterator[StrategyConfig]:
    """Yield each configuration that was registered, once, by user."""
    seen = {
        (record.user, record.register.instance, record.register.config_hash)
        for record in facts.registers
    }
    for user, instance, config_hash in sorted(seen):
        yield StrategyConfig(user=user, instance=instance, config_hash=config_hash)


def _texts(settings: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Return settings as texts, those of groups as "group.name"; what is not set is left out."""
    found: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found |= _texts(value, f"{prefix}{name}.")
        elif value is not None:
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            found[f"{prefix}{name}"] = text
    return found
