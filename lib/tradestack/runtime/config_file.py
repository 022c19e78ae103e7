"""The config file of a running daemon: read again at each reload, and what of it has no effect."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from tradestack.domain.faults import OperatorFault
from tradestack.observe import events
from tradestack.runtime.arguments import Arguments
from tradestack.runtime.config.keys import ConfigFile, Reload, read_config
from tradestack.runtime.config.running import RunningConfig
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.decided_keys import UnusedKey, decided_keys, unused_keys
from tradestack.runtime.listeners import Listeners
from tradestack.runtime.program import Program

C = TypeVar("C", bound=DaemonConfig)

logger = logging.getLogger(__name__)


class ReloadedFile(Generic[C]):
    """A daemon's config file, with counts of its reloads.

    running: the config with which the daemon runs.
    """

    def __init__(
        self,
        program: Program[C],
        arguments: Arguments,
        file: ConfigFile[C],
        listeners: Listeners,
        credentials_directory: Path | None,
    ) -> None:
        self._program = program
        self._arguments = arguments
        self._file = file
        self._decided = decided_keys(program, arguments, listeners, credentials_directory)
        self.running = RunningConfig(file.config, self._decided)
        self._unused: list[UnusedKey] = []  # what was last logged about the file
        self._reloads = 0
        self._reloads_refused = 0
        self._refused: OperatorFault | None = None  # why the last reload was refused

    def reload(self, apply: Callable[[C], None]) -> C:
        """Read the file again and apply it; return its config, with keys that wait.

        Raises OperatorFault, logged, and then nothing has changed; OSError.
        """
        path = self._arguments.config_path
        try:
            file = read_config(self._program.config_type, path)
            self.running.reload(file.config, apply)
        except OperatorFault as fault:
            self._reloads_refused += 1
            self._refused = fault
            events.emit(logger, events.CONFIG_REFUSED, reason=fault)
            raise
        self._reloads += 1
        self._refused = None
        self._file = file
        return file.config

    def log(self, *, is_reloaded: bool) -> None:
        """Log what of the file waits or has no effect, each such key once."""
        path = self._arguments.config_path
        if is_reloaded:
            events.emit(logger, events.CONFIG_RELOADED, path=path)
        if waiting := self.running.names_waiting_for(Reload.RESTART):
            events.emit(logger, events.CONFIG_PENDING, keys=",".join(waiting), path=path)
        logged = self._unused
        self._unused = unused_keys(
            self._program,
            self._file.config,
            self._arguments.instance,
            keys=self._file.keys,
            decided=self._decided,
        )
        for key in self._unused:
            if key not in logged:
                events.emit(
                    logger,
                    events.CONFIG_UNUSED,
                    path=path,
                    key=key.key,
                    value=key.value,
                    used=key.used,
                    decided_by=key.decided_by,
                    remedy=key.command,
                )

    def stats(self) -> dict[str, object]:
        """Return the keys that wait, and those without effect."""
        pending = self.running.pending().items()
        return {
            "config_pending": {name: key.holds.value for name, key in pending},
            "config_unused": {key.key: str(key) for key in self._unused},
        }

    def process_stats(self) -> dict[str, object]:
        """Return the reloads since the process began."""
        return {
            "config_reloads": self._reloads,
            "config_reloads_refused": self._reloads_refused,
        }

    def status(self) -> list[str]:
        """Return what people have to know of the file."""
        parts = []
        if self._refused is not None:
            parts.append(f"last reload refused: {self._refused.where}: {self._refused.problem}")
        if waiting := self.running.names_waiting_for(Reload.RESTART):
            parts.append(f"restart needed for changed {', '.join(waiting)}")
        return parts
