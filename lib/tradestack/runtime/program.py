"""The declaration of a daemon: its name, its configuration and how its service is built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from tradestack.observe.metrics import Metric
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.service import Context, Service
from tradestack.runtime.supervisor.listen_fds import CONTROL

C = TypeVar("C", bound=DaemonConfig)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """An option that does something else than run the daemon, such as --check-csv FILE."""

    option: str
    metavar: str
    description: str
    run: Callable[[str, Path | None, Mapping[str, str]], int]
    """(value of the option, value of --config or None, details that were given) → exit status."""
    details: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Further options: name without dashes → metavar ("": a flag) and description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program(Generic[C]):
    """A daemon as its `main()` declares it.

    `config_path` is the default; "{instance}" in it is replaced by the name of the instance.
    `addresses` names the TCP sockets that it serves, and the config keys of the addresses to which
    they are bound without socket activation; `paths` the same for Unix sockets. `metrics` declares
    what `Service.stats` holds.
    """

    name: str  # "order-manager"; the command is tradestack-<name>
    description: str
    config_type: type[C]
    config_path: str
    build: Callable[[Context[C]], Service[C]]
    addresses: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    has_instances: bool = False
    tools: tuple[Tool, ...] = ()
    metrics: tuple[Metric, ...] = ()
    examples: tuple[str, ...] = ()  # command lines without "tradestack-<name>", for --help

    @property
    def listen_fds(self) -> tuple[str, ...]:
        """The names of all sockets that it serves (FileDescriptorName= in the units)."""
        return (*self.addresses, *self.paths, CONTROL)
