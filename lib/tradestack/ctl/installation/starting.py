"""Starts and stops of units, and which of them have failed."""

from collections.abc import Sequence

from tradestack.ctl.installation.installation import Installation
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.supervisor.units import address_of_unit, property_of_unit


def run_naming_failures(installation: Installation, verb: str, units: Sequence[str]) -> None:
    """Run systemctl; raise OperatorFault, with the units that do not run, if a start fails."""
    try:
        installation.run_systemctl(verb, *units)
    except OperatorFault:
        failed = [] if verb == "stop" else _failed_among(installation, units)
        if installation.may_lack_rights() or not failed:
            raise
        raise OperatorFault(
            ", ".join(_with_address(installation, unit) for unit in failed),
            "not running",
            f"see {installation.journalctl()} {' '.join(f'-u {unit}' for unit in failed)}",
        ) from None


def _failed_among(installation: Installation, units: Sequence[str]) -> list[str]:
    """List the services that do not run, and the sockets that could not be opened."""
    states = {
        unit: property_of_unit(installation.systemctl, unit, "ActiveState")
        for unit in units
        if "*" not in unit
    }
    return [
        unit
        for unit, state in states.items()
        if state == "failed" or (unit.endswith(".service") and state != "active")
    ]


def _with_address(installation: Installation, unit: str) -> str:
    """Return the unit, if it is a socket with its address: another process may listen there."""
    address = address_of_unit(installation.systemctl, unit) if unit.endswith(".socket") else None
    return unit if address is None else f"{unit} ({address})"
