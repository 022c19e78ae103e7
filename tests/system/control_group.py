"""A control group for each container.

systemd-nspawn --keep-unit puts a container below the control group that it was started in. Two
containers started in one group would share the groups of their services: one of them removes what
the other has just made.
"""

import contextlib
import shlex
from pathlib import Path

PREFIX = "tradestack-tests-"


def command_in_own_group(name: str, command: list[str]) -> list[str]:
    """Return the command that first enters a new control group of that name.

    Raises OSError if the group cannot be made.
    """
    enter = ""
    for own in _own_groups():
        group = own / f"{PREFIX}{name}"
        group.mkdir(exist_ok=True)
        enter += f"echo $$ >{shlex.quote(str(group / 'cgroup.procs'))}; "
    return ["sh", "-euc", f'{enter}exec "$@"', "sh", *command]


def remove_group(name: str) -> None:
    """Remove the control group and those below it; leave one whose last process is still ending."""
    for own in _own_groups():
        top = own / f"{PREFIX}{name}"
        below = sorted((path for path in top.rglob("*") if path.is_dir()), reverse=True)
        for group in [*below, top]:
            with contextlib.suppress(OSError):
                group.rmdir()


def _own_groups() -> list[Path]:
    """Return the control group of this process in each hierarchy that systemd uses (proc(5))."""
    groups = []
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for _, mount_point, kind, options, *_ in mounts:
            unified = kind == "cgroup2" and controllers == ""
            named = kind == "cgroup" and controllers == "name=systemd" in options.split(",")
            if unified or named:
                groups.append(Path(mount_point + path))
                break
    return groups
