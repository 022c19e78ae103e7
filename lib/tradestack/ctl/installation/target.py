"""What systemd starts and stops with tradestack.target.

systemctl waits for the units that it is told, and reports on those alone: for the target it would
neither wait until its daemons have stopped, nor say that one of them did not start.
"""

from tradestack.ctl.installation.installation import Installation
from tradestack.runtime.supervisor.units import property_of_unit

TARGET = "tradestack.target"
# What ends with a unit that is PartOf= the target.
_ENDS_WITH_PARTS = ("tradestack-strategy-control@*.socket", "tradestack-port@*.service")


def wanted_by_target(installation: Installation) -> tuple[str, ...]:
    """Return the target, what it starts, and the sockets that those daemons need."""
    units = [TARGET]
    for unit in _units(installation, TARGET, "Wants"):
        sockets = _units(installation, unit, "Requires") if unit.endswith(".service") else []
        units += [unit, *(each for each in sockets if each.endswith(".socket"))]
    return tuple(units)


def parts_of_target(installation: Installation) -> tuple[str, ...]:
    """Return the target and all that stops with it."""
    return (TARGET, *_units(installation, TARGET, "ConsistsOf"), *_ENDS_WITH_PARTS)


def _units(installation: Installation, unit: str, relation: str) -> list[str]:
    return property_of_unit(installation.systemctl, unit, relation).split()
