"""The config that a daemon runs with, and the changes of its file that do not apply yet."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import DataclassInstance, Reload, describe_config, reload_of

C = TypeVar("C", bound=DataclassInstance)


@dataclasses.dataclass(frozen=True, slots=True)
class PendingKey:
    """A key that was changed in the config file and does not hold yet."""

    value: object  # as a config file would write it; None if unset
    holds: Reload


class RunningConfig(Generic[C]):
    """The config of a running daemon, through reloads and new sessions.

    decided: the values of keys that somebody else decides, whatever the file says.
    """

    def __init__(self, config: C, decided: Mapping[str, object]) -> None:
        self._config_type = type(config)
        self._decided = decided
        self._applied = config  # what the service has: the file, but for restart keys
        self._loaded = describe_config(config)  # the file as last accepted
        self._running = describe_config(config) | dict(decided)

    def describe(self) -> dict[str, object]:
        """Return the values with which the daemon runs, as a config file would write them."""
        return dict(self._running)

    def pending(self) -> dict[str, PendingKey]:
        """Return the keys whose values in the file do not hold yet."""
        return {
            name: PendingKey(value, reload_of(self._config_type, name))
            for name, value in self._loaded.items()
            if value != self._running[name] and name not in self._decided
        }

    def names_waiting_for(self, reload: Reload) -> list[str]:
        """Return the keys whose values in the file wait for this."""
        return [name for name, key in self.pending().items() if key.holds is reload]

    def reload(self, loaded: C, apply: Callable[[C], None]) -> None:
        """Apply a changed file, with the keys that need a restart left as they are.

        Raises OperatorFault, from `apply` or for keys that contradict each other without a
        restart; then everything stays as it was.
        """
        kept = {
            name: getattr(self._applied, name)
            for name in self._running
            if reload_of(self._config_type, name) is Reload.RESTART
        }
        try:
            applied = dataclasses.replace(loaded, **kept)
        except ValueError as error:
            problem = f"the changes need a restart to hold together: {error}"
            raise OperatorFault("reload", problem, "restart the daemon") from None
        apply(applied)
        self._applied = applied
        self._loaded = describe_config(loaded)
        self._take_over(Reload.AT_ONCE)

    def session_began(self) -> None:
        """Let the keys hold that waited for a new session."""
        self._take_over(Reload.NEXT_SESSION)

    def _take_over(self, reload: Reload) -> None:
        self._running |= {
            name: value
            for name, value in self._loaded.items()
            if reload_of(self._config_type, name) is reload and name not in self._decided
        }
