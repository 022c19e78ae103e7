"""the modules of cases, in the order in which they run: from a fresh system to a purged one."""

from tests.system.cases import (  # isort: skip
    installing,
    serving,
    outsiders,
    loading,
    restarting,
    reloading,
    failing,
    mending,
    upgrading,
    operating,
    at_home,
    removing,
)

ALL_CASES_IMPORTED = (
    installing,
    serving,
    outsiders,
    loading,
    restarting,
    reloading,
    failing,
    mending,
    upgrading,
    operating,
    at_home,
    removing,
)
