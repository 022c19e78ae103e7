"""The modules of cases in the order in which they run, from a new system to a purged one."""

import importlib

MODULES = (
    "installing",
    "serving",
    "permissions",
    "squatting",
    "loading",
    "restarting",
    "reloading",
    "moving_ports",
    "failing",
    "operator_faults",
    "upgrading",
    "operating",
    "user_installation",
    "removing",
)


def import_cases() -> None:
    """Import all modules of cases, which registers their cases."""
    for name in MODULES:
        importlib.import_module(f"tests.system.cases.{name}")
