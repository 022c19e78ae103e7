"""The modules of cases in the order in which they run, from a new system to a purged one.

A sequence has a container of its own.
"""

import importlib
from collections.abc import Mapping

from tests.system.cases.harness import CASES, Case

INSTALLATION, NEWCOMER, PACKAGE = "installation", "newcomer", "package"
MODULES = {
    INSTALLATION: (
        "installing",
        "serving",
        "monitoring",
        "permissions",
        "viewing",
        "squatting",
        "loading",
        "restarting",
        "reloading",
        "moving_ports",
        "failing",
        "operator_faults",
        "own_strategies",
        "upgrading",
        "operating",
        "user_installation",
        "relaying",
        "more_daemons",
        "removing",
    ),
    NEWCOMER: ("newcomer",),
    PACKAGE: ("debian_package",),
}


def import_cases(sequence: str) -> Mapping[str, Case]:
    """Import all modules of a sequence, which registers their cases, and return these by name."""
    modules = [f"tests.system.cases.{name}" for name in MODULES[sequence]]
    for module in modules:
        importlib.import_module(module)
    return {name: each for name, each in CASES.items() if each.run.__module__ in modules}
