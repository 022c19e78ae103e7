"""which installation → where its files are, and how its systemd is told.

The system's by default; with --user that of `./install.sh --user`.
"""

import argparse
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.faults import OperatorFault

SERVICE_USER = "tradestack"
SYSTEMD_RUNS = Path("/run/systemd/system")  # sd_booted(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """One installation. `service_user` owns what the daemons may read; None: the caller does."""

    config: Path
    state: Path
    systemctl: tuple[str, ...]
    service_user: str | None

    def is_live(self) -> bool:
        """Whether there is a systemd to tell."""
        return SYSTEMD_RUNS.is_dir() and shutil.which(self.systemctl[0]) is not None

    def tell_systemd(self, *arguments: str) -> None:
        """Runs systemctl. Raises OperatorFault when it fails; it has said why on stderr."""
        command = [*self.systemctl, *arguments]
        if not self.is_live():
            raise OperatorFault(
                " ".join(command), "systemd does not run here", "do it where tradestack runs"
            )
        if subprocess.run(command, check=False).returncode != 0:
            raise OperatorFault(" ".join(command), "failed", "see above, or journalctl -e")

    def give(self, path: Path) -> None:
        """Makes the file or directory the daemons' own."""
        if self.service_user is not None:
            shutil.chown(path, self.service_user, self.service_user)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options that choose an installation."""
    parser.add_argument(
        "--user", action="store_true", help="of your own installation (install.sh --user)"
    )
    parser.add_argument("--config-dir", type=Path, metavar="DIR", help="default /etc/tradestack")
    parser.add_argument("--state-dir", type=Path, metavar="DIR", help="default /var/lib/tradestack")


def chosen_places(args: argparse.Namespace) -> Places:
    """The installation that the options choose."""
    home = Path.home()
    if args.user:
        return Places(
            config=args.config_dir or home / ".config/tradestack",
            state=args.state_dir or home / ".local/state/tradestack",
            systemctl=("systemctl", "--user"),
            service_user=None,
        )
    return Places(
        config=args.config_dir or Path("/etc/tradestack"),
        state=args.state_dir or Path("/var/lib/tradestack"),
        systemctl=("systemctl",),
        # Only root can give files away; without it, directories of the caller's own are meant.
        service_user=SERVICE_USER if os.geteuid() == 0 and _exists(SERVICE_USER) else None,
    )


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def need_directory(path: Path, option: str) -> None:
    """Raises OperatorFault where nothing is installed."""
    if not path.is_dir():
        raise OperatorFault(
            str(path), "no such directory", f"install first (./install.sh), or give {option}"
        )
