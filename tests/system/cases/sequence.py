"""The modules of cases in the order in which they run, from a new system to a purged one.

A sequence has a container of its own.
"""

import importlib

INSTALLATION, NEWCOMER = "installation", "newcomer"
MODULES = {
    INSTALLATION: (
        "installing",
        "serving",
        "monitoring",
        "permissions",
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
        "removing",
    ),
    NEWCOMER: ("newcomer",),
}


def import_cases(sequence: str) -> None:
    """Import all modules of a sequence, which registers their cases."""
    for name in MODULES[sequence]:
        importlib.import_module(f"tests.system.cases.{name}")
