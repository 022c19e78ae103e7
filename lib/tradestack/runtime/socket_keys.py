"""The config keys whose values a socket unit decides: the addresses of sockets that are passed.

systemd opens the sockets of an installation, at the addresses in their units. A file that says
something else has no effect, and its reader should learn that, and which command has one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tradestack.net.addresses import name_of, parse_address
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.listeners import Listeners, control_path
from tradestack.runtime.program import Program
from tradestack.runtime.supervisor.listen_fds import CONTROL

C = TypeVar("C", bound=DaemonConfig)

CONTROL_KEY = "control_socket"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedKey:
    """A key in the file that is not used, because a socket unit says something else.

    value: what the file says. used: what the unit says. command: what changes the unit.
    """

    key: str
    value: str
    used: str
    unit: str
    command: str

    def __str__(self) -> str:
        """Return it in one sentence."""
        return (
            f'{self.key} = "{self.value}" is not used: the address is that of {self.unit}, '
            f"{self.used}; to change it there: {self.command}"
        )


def decided_keys(program: Program[Any], listeners: Listeners) -> Mapping[str, str]:
    """Return the keys whose values the passed sockets decide, with these values."""
    if not listeners.are_passed:
        return {}
    served = {
        key: name_of(listeners.served[name].getsockname())
        for name, key in program.addresses.items()
    }
    return {**served, CONTROL_KEY: name_of(listeners.control.getsockname())}


def unused_keys(
    program: Program[C],
    config: C,
    instance: str | None,
    *,
    keys: Collection[str],
    decided: Mapping[str, str],
) -> list[UnusedKey]:
    """Return which of the keys in the file differ from what the socket units have decided."""
    ports = f"{unit_name(program.name, instance)}.socket"
    control = f"{unit_name(f'{program.name}-{CONTROL}', instance)}.socket"
    stated = {
        key: (str(getattr(config, key)), ports, f"tradestackctl set-port {name} {{}}")
        for name, key in program.addresses.items()
    }
    path = control_path(program.name, config, instance)
    stated[CONTROL_KEY] = (str(path), control, f"systemctl edit {control}")
    return [
        UnusedKey(key=key, value=value, used=decided[key], unit=unit, command=command.format(value))
        for key, (value, unit, command) in stated.items()
        if key in keys and key in decided and not _is_at(value, decided[key])
    ]


def unit_name(program_name: str, instance: str | None) -> str:
    """Return the name of a unit of the installation, without its type."""
    return f"tradestack-{program_name}" + ("" if instance is None else f"@{instance}")


def _is_at(stated: str, used: str) -> bool:
    try:
        return parse_address(stated).covers(parse_address(used))
    except ValueError:  # paths
        return stated == used
