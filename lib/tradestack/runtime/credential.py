"""The password that systemd passes to a service, and the file that it comes from."""

from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.password import CREDENTIAL, read_password
from tradestack.runtime.supervisor.units import (
    OF_USER,
    SYSTEM,
    source_of_credential,
    text_of_unit,
)


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
