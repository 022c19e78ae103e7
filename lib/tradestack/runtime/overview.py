"""The overview of a daemon: its stats with their declarations, and its status line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tradestack.domain.version import VERSION
from tradestack.observe.families import Family, families_of
from tradestack.observe.levels import Levels
from tradestack.observe.metrics import Metric
from tradestack.runtime.arguments import Arguments
from tradestack.runtime.config_file import ReloadedFile
from tradestack.runtime.logs.handler import Logs
from tradestack.runtime.metric_table import METRICS
from tradestack.runtime.process.process_facts import ProcessFacts
from tradestack.runtime.program import Program
from tradestack.runtime.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Asks the parts of a daemon."""

    program: Program[Any]
    arguments: Arguments
    file: ReloadedFile[Any]
    facts: ProcessFacts
    logs: Logs
    levels: Levels
    service: Service[Any]

    def stats(self) -> dict[str, object]:
        """Return all counters and values of the daemon."""
        stats: dict[str, object] = {"daemon": self.program.name}
        if self.arguments.instance is not None:
            stats["instance"] = self.arguments.instance
        stats |= {"version": VERSION, **self.facts.stats(), "last_error": self.logs.last_error}
        stats |= self.file.stats()
        stats |= self.levels.stats()
        stats |= self.service.stats()
        process = cast("Mapping[str, object]", stats.get("process", {}))
        stats["process"] = {**process, **self.file.process_stats()}
        return stats

    def metrics(self) -> tuple[Metric, ...]:
        """Return the declarations of what `stats` holds."""
        return METRICS + self.program.metrics

    def families(self) -> list[Family]:
        """Return what a monitoring system reads."""
        instance = self.arguments.instance
        labels = {} if instance is None else {self.program.name: instance}
        return families_of(
            self.program.name, labels, self.metrics(), self.stats(), self.service.histograms()
        )

    def status(self, stalled: str | None) -> str:
        """Return the status line, problems first: `systemctl status` cuts the end of the line."""
        parts = []
        if stalled is not None:
            parts.append(f"stalled: {stalled}")
        parts += self.file.status()
        parts += map(str, self.levels.near)
        return "; ".join([*parts, self.service.status()])
