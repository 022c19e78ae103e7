"""The listening sockets of a daemon: passed by systemd, or bound to the addresses of its config."""

import socket
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from tradestack.net.control.place import RUNTIME_DIRECTORY
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.program import Program
from tradestack.runtime.supervisor.listen_fds import (
    CONTROL,
    CONTROL_KEY,
    adopt_sockets,
    bind_tcp,
    bind_unix,
)

C = TypeVar("C", bound=DaemonConfig)


class Listeners:
    """Listening sockets by name; a context manager that closes them.

    It removes the paths of the Unix sockets if the daemon has bound them itself. are_passed:
    whether a supervisor has opened the sockets.
    """

    def __init__(
        self, sockets: Mapping[str, socket.socket], bound_paths: Collection[Path] = ()
    ) -> None:
        self.are_passed = not bound_paths
        self.control = sockets[CONTROL]
        self.served = {name: listener for name, listener in sockets.items() if name != CONTROL}
        self._bound_paths = bound_paths

    @classmethod
    def adopt(cls, program: Program[Any], fds: Mapping[str, int]) -> "Listeners":
        """Take the sockets that were passed. Raises OperatorFault if one is missing."""
        return cls(adopt_sockets(fds, program.listen_fds))

    @classmethod
    def bind(cls, program: Program[C], config: C, instance: str | None) -> "Listeners":
        """Bind the addresses of the config. Raises OperatorFault if one is not available."""
        sockets = {name: bind_tcp(getattr(config, key)) for name, key in program.addresses.items()}
        paths = {name: (key, getattr(config, key)) for name, key in program.paths.items()}
        paths[CONTROL] = (CONTROL_KEY, control_path(program.name, config, instance))
        sockets |= {name: bind_unix(path, key) for name, (key, path) in paths.items()}
        return cls(sockets, [path for _, path in paths.values()])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in (*self.served.values(), self.control):
            listener.close()
        for path in self._bound_paths:
            path.unlink(missing_ok=True)


def control_path(program_name: str, config: DaemonConfig, instance: str | None) -> Path:
    """Return where the control socket is; "{instance}" in the key is replaced by the name."""
    name = program_name if instance is None else f"{program_name}-{instance}"
    path = config.control_socket or RUNTIME_DIRECTORY / f"{name}.sock"
    return path if instance is None else Path(str(path).replace("{instance}", instance))
