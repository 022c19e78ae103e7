"""What systemd says about the socket units of an installation."""

import subprocess
from collections.abc import Sequence

SYSTEMCTL_TIMEOUT_S = 5.0
SYSTEM: Sequence[str] = ("systemctl",)
OF_USER: Sequence[str] = ("systemctl", "--user")


def address_of_unit(systemctl: Sequence[str], unit: str) -> str | None:
    """Return the address at which a socket unit listens; None if it has none, or not one."""
    # "127.0.0.1:8999 (Stream)", one line for each address
    addresses = property_of_unit(systemctl, unit, "Listen").splitlines()
    return addresses[0].rpartition(" (")[0] if len(addresses) == 1 else None


def property_of_unit(systemctl: Sequence[str], unit: str, name: str) -> str:
    """Return a property of a unit as systemctl prints it; "" if it has none, or cannot be asked."""
    command = [*systemctl, "show", "--value", f"--property={name}", unit]
    try:
        done = subprocess.run(
            command,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=SYSTEMCTL_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
