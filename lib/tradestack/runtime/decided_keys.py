"""The config keys whose values something else decides: a socket unit, a credential, an option.

systemd opens the sockets of an installation, at the addresses in their units, and passes the
password of a strategy; a command line may have a log level. A file that says something else has no
effect, and its reader should learn that, and what has one.
"""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import name_of, parse_address
from tradestack.runtime.arguments import Arguments
from tradestack.runtime.config.password import CREDENTIAL, read_password
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.listeners import Listeners, control_path
from tradestack.runtime.program import Program
from tradestack.runtime.supervisor.listen_fds import CONTROL, CONTROL_KEY

C = TypeVar("C", bound=DaemonConfig)

PASSWORD_KEY = "password_file"
LEVEL_KEY = "log_level"
LEVEL_OPTION = "--log-level"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedKey:
    """A key in the file that is not used, because something else decides.

    value: what the file says. subject: what it is about. used: what holds instead. decided_by: the
    unit, setting or option that says so. command: what changes it there.
    """

    key: str
    value: str
    subject: str
    used: str
    decided_by: str
    command: str

    def __str__(self) -> str:
        """Return it in one sentence."""
        return (
            f'{self.key} = "{self.value}" is not used: the {self.subject} is that of '
            f"{self.decided_by}, {self.used}; to change it there: {self.command}"
        )


def decided_keys(
    program: Program[Any],
    arguments: Arguments,
    listeners: Listeners,
    credentials_directory: Path | None,
) -> Mapping[str, str]:
    """Return the keys whose values something else decides for this process, with these values."""
    decided: dict[str, str] = {}
    if listeners.are_passed:
        for name, key in {**program.addresses, **program.paths}.items():
            decided[key] = name_of(listeners.served[name].getsockname())
        decided[CONTROL_KEY] = name_of(listeners.control.getsockname())
    if credentials_directory is not None and has_password(program):
        decided[PASSWORD_KEY] = str(credentials_directory / CREDENTIAL)
    if arguments.log_level is not None:
        decided[LEVEL_KEY] = arguments.log_level.value
    return decided


def has_password(program: Program[Any]) -> bool:
    """Return whether the daemon logs in to others."""
    return PASSWORD_KEY in program.config_type.__dataclass_fields__


def unused_keys(
    program: Program[C],
    config: C,
    instance: str | None,
    *,
    keys: Collection[str],
    decided: Mapping[str, str],
) -> list[UnusedKey]:
    """Return which of the keys in the file differ from what was decided elsewhere."""
    unit = unit_name(program.name, instance)
    control = f"{unit_name(f'{program.name}-{CONTROL}', instance)}.socket"
    port, service = f"{unit}.socket", f"{unit}.service"
    # Key → value in the file, what it is about, who decides, and what changes it there.
    stated = {
        key: (getattr(config, key), "address", port, f"tradestackctl set-port {name} {{}}")
        for name, key in program.addresses.items()
    }
    for name, key in program.paths.items():
        local = f"{unit_name(f'{program.name}-{name}', instance)}.socket"
        stated[key] = (getattr(config, key), "address", local, f"systemctl edit {local}")
    path = control_path(program.name, config, instance)
    stated[CONTROL_KEY] = (path, "address", control, f"systemctl edit {control}")
    password_file = getattr(config, PASSWORD_KEY, None)
    credential = f"LoadCredential= in {service}"
    stated[PASSWORD_KEY] = (password_file, "password", credential, f"systemctl edit {service}")
    level, restart = config.log_level.value, "start the daemon without this option"
    stated[LEVEL_KEY] = (level, "level", LEVEL_OPTION, restart)
    return [
        UnusedKey(
            key=key,
            value=str(value),
            subject=subject,
            used=decided[key],
            decided_by=decided_by,
            command=command.format(value),
        )
        for key, (value, subject, decided_by, command) in stated.items()
        if key in keys and key in decided and not _is_same(key, str(value), decided[key])
    ]


def unit_name(program_name: str, instance: str | None) -> str:
    """Return the name of a unit of the installation, without its type."""
    return f"tradestack-{program_name}" + ("" if instance is None else f"@{instance}")


def _is_same(key: str, stated: str, used: str) -> bool:
    if stated == used:
        return True
    if key == PASSWORD_KEY:
        return _have_one_password(Path(stated), Path(used))
    try:
        return parse_address(stated).covers(parse_address(used))
    except ValueError:  # a path, a level
        return False


def _have_one_password(stated: Path, used: Path) -> bool:
    """Return whether both files can be read and hold the same password."""
    with contextlib.suppress(OperatorFault):
        return read_password(stated) == read_password(used)
    return False
