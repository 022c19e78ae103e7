"""What systemd says about the units of an installation."""

import re
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
    return _answer(systemctl, "show", "--value", f"--property={name}", unit)


def text_of_unit(systemctl: Sequence[str], unit: str) -> str:
    """Return the files of a unit, drop-ins last; "" if it has none, or cannot be asked."""
    return _answer(systemctl, "cat", unit)


def source_of_credential(text: str, name: str, instance: str | None) -> str | None:
    """Return the file that LoadCredential= of a unit's text passes under this name, or None."""
    source = None
    for value in re.findall(r"^LoadCredential(?:Encrypted)?=(.*)$", text, re.MULTILINE):
        credential, _, path = value.strip().partition(":")
        if not credential:
            source = None  # an empty value takes back those before it
        elif credential == name:
            source = path.replace("%i", instance or "") or None
    return source


def _answer(systemctl: Sequence[str], *arguments: str) -> str:
    command = [*systemctl, *arguments]
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
