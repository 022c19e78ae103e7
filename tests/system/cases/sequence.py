"""The modules of cases in the order in which they run, from a new system to a purged one."""

from tests.system.cases import (  # isort: skip
    installing,
    serving,
    permissions,
    loading,
    restarting,
    reloading,
    failing,
    operator_faults,
    upgrading,
    operating,
    user_installation,
    removing,
)

ALL_CASES_IMPORTED = (
    installing,
    serving,
    permissions,
    loading,
    restarting,
    reloading,
    failing,
    operator_faults,
    upgrading,
    operating,
    user_installation,
    removing,
)
