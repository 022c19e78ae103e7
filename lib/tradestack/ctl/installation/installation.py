"""Where an installation keeps its files, and the systemd that runs it."""

import argparse
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.own_command import is_users_command
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.supervisor.units import property_of_unit
from tradestack.store.shared_memory.trusted_users import SERVICE_USER

SYSTEMD_RUNS = Path("/run/systemd/system")  # sd_booted(3)
_ACTIVE_STATES = ("active", "activating", "reloading", "refreshing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The system's installation, or that of `./install.sh --user`.

    service_user: owner of the files that the daemons read; None if that is the caller. units: the
    directory of the operator's own units and drop-ins.
    """

    config: Path
    state: Path
    units: Path
    systemctl: tuple[str, ...]
    service_user: str | None

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Installation":
        """Return the installation that the options of `add_arguments` select.

        Without any, a command of a user's installation selects that one: it sets `args.user`.
        """
        home = Path.home()
        is_selected = args.user or args.config_dir or args.state_dir
        if not is_selected and is_users_command():
            args.user = (home / ".config/tradestack").is_dir()
        if args.user:
            return cls(
                config=args.config_dir or home / ".config/tradestack",
                state=args.state_dir or home / ".local/state/tradestack",
                units=_users_config(home) / "systemd/user",
                systemctl=("systemctl", "--user"),
                service_user=None,
            )
        return cls(
            config=args.config_dir or Path("/etc/tradestack"),
            state=args.state_dir or Path("/var/lib/tradestack"),
            units=Path("/etc/systemd/system"),
            systemctl=("systemctl",),
            # Only root can change owners; others work on directories of their own.
            service_user=SERVICE_USER if os.geteuid() == 0 and _exists(SERVICE_USER) else None,
        )

    def has_systemd(self) -> bool:
        """Return whether this host was booted with systemd."""
        return SYSTEMD_RUNS.is_dir() and shutil.which(self.systemctl[0]) is not None

    def require_systemd(self, where: str) -> None:
        """Raise OperatorFault, with this place, if systemd does not run."""
        if not self.has_systemd():
            raise OperatorFault(
                where,
                "systemd is not running on this host",
                "run this command on the host where tradestack is installed",
            )

    def run_systemctl(self, *arguments: str) -> None:
        """Run systemctl; raise OperatorFault if it fails, after its own message on stderr."""
        command = [*self.systemctl, *arguments]
        self.require_systemd(" ".join(command))
        if subprocess.run(command, check=False).returncode != 0:
            remedy = f"see the message above, or run {self.journalctl()}"
            if self.may_lack_rights():
                remedy += "; it may need root: run this with sudo"
            raise OperatorFault(" ".join(command), "failed", remedy)

    def journalctl(self) -> str:
        """Return the command that shows the newest entries of its log."""
        return " ".join(["journalctl", *self.systemctl[1:], "-e"])

    def may_lack_rights(self) -> bool:
        """Return whether systemd may refuse what the caller asks of it."""
        return os.geteuid() != 0 and "--user" not in self.systemctl

    def forget(self, unit: str) -> None:
        """Let systemd forget a stopped unit, which it keeps in memory if it failed.

        Otherwise `systemctl restart 'tradestack-*.service'` would start it again.
        """
        command = [*self.systemctl, "reset-failed", unit]  # fails if it is forgotten already
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)

    def restart_active(self, *units: str) -> list[str]:
        """Restart those of the units that are active, and return them. Raises OperatorFault.

        `systemctl try-restart` would not wait for a unit that the restart of another one stops.
        """
        active = [
            unit
            for unit in units
            if property_of_unit(self.systemctl, unit, "ActiveState") in _ACTIVE_STATES
        ]
        if active:
            self.run_systemctl("restart", *active)
        return active


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that select an installation."""
    group = parser.add_argument_group("installation")
    group.add_argument(
        "--user",
        action="store_true",
        help="use the installation of the calling user (install.sh --user), as its own "
        "tradestackctl does anyway",
    )
    group.add_argument(
        "--config-dir",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="configuration directory (default: /etc/tradestack)",
    )
    group.add_argument(
        "--state-dir",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="state directory (default: /var/lib/tradestack)",
    )


def require_directory(path: Path, option: str) -> None:
    """Raise OperatorFault if the directory does not exist; `option` would change it."""
    if not path.is_dir():
        raise OperatorFault(
            str(path),
            "no such directory",
            f"install tradestack first (./install.sh), or set {option}",
        )


def _users_config(home: Path) -> Path:
    """Return where systemd and install.sh look for what a user configures."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
