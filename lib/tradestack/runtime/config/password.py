"""The password with which a daemon logs in to servers."""

from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.supervisor.units import (
    OF_USER,
    SYSTEM,
    source_of_credential,
    text_of_unit,
)
from tradestack.store.named_file import open_named_file

CREDENTIAL = "password"  # the file in $CREDENTIALS_DIRECTORY, by LoadCredential= of the unit
PASSWORD_BYTES_MAX = 4096  # a password file holds one short line; a larger file is another file

_REMEDY = "write only the password into it, readable by the daemon's user alone"


def read_credential(directory: Path, instance: str | None) -> str:
    """Read the password that systemd has passed; raise OperatorFault, which names its source.

    Without that file, the unit's SetCredential= passes an empty one.
    """
    try:
        return read_password(directory / CREDENTIAL)
    except OperatorFault:
        raise OperatorFault(
            _source_of(directory.name, instance),
            "no such file, or it holds no password in ASCII",
            "restore it; that of a strategy is made anew by install.sh "
            "(then reload gateway and order manager)",
        ) from None


def _source_of(unit: str, instance: str | None) -> str:
    """Return the file that the unit, whose name its directory of credentials has, reads it from."""
    for systemctl in (SYSTEM, OF_USER):
        text = text_of_unit(systemctl, unit)
        if source := source_of_credential(text, CREDENTIAL, instance):
            return source
    return f"LoadCredential= of {unit}"


def read_password(path: Path) -> str:
    """Read the password that the file holds alone; raise OperatorFault."""
    try:
        with open_named_file(path) as file:
            content = file.read(PASSWORD_BYTES_MAX + 1)
    except OSError as error:
        raise OperatorFault(str(path), error.strerror or str(error), _REMEDY) from error
    password = content.decode("ascii", errors="replace").strip()
    if not password or len(content) > PASSWORD_BYTES_MAX or not password.isascii():
        raise OperatorFault(str(path), "holds no password in ASCII", _REMEDY)
    return password
