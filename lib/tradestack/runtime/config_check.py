"""--check-config: what is in the file and would not be used, after the file itself is valid."""

from collections.abc import Mapping
from typing import Any, TypeVar

from tradestack.runtime.arguments import Arguments
from tradestack.runtime.config.keys import ConfigFile
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.program import Program
from tradestack.runtime.socket_keys import CONTROL_KEY, unit_name, unused_keys
from tradestack.runtime.supervisor.listen_fds import CONTROL
from tradestack.runtime.supervisor.socket_units import (
    OF_USER,
    SYSTEM,
    address_of_unit,
    property_of_unit,
)

C = TypeVar("C", bound=DaemonConfig)


def warnings_about(program: Program[C], arguments: Arguments, file: ConfigFile[C]) -> list[str]:
    """Say which keys have no effect in the installation of whose service this is the file."""
    sockets = {
        key: unit_name(program.name, arguments.instance) for key in program.addresses.values()
    }
    sockets[CONTROL_KEY] = unit_name(f"{program.name}-{CONTROL}", arguments.instance)
    written = {key: f"{unit}.socket" for key, unit in sockets.items() if key in file.keys}
    decided = _addresses(program, arguments, written) if written else {}
    unused = unused_keys(program, file.config, arguments.instance, keys=file.keys, decided=decided)
    return [str(key) for key in unused]


def _addresses(
    program: Program[Any], arguments: Arguments, units: Mapping[str, str]
) -> Mapping[str, str]:
    """Return the addresses of the socket units, if the file is that of their service."""
    service = f"{unit_name(program.name, arguments.instance)}.service"
    for systemctl in (SYSTEM, OF_USER):
        command = property_of_unit(systemctl, service, "ExecStart")
        if f" --config {arguments.config_path} " in command:
            found = {key: address_of_unit(systemctl, unit) for key, unit in units.items()}
            return {key: address for key, address in found.items() if address is not None}
    return {}
