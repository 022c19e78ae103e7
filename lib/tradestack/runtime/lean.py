"""a daemon's process → without what its libraries bring along and no daemon uses.

Each `__main__` imports this first: afterwards it would be too late.

OpenBLAS, which numpy brings, would start a thread for every other processor, 20 ms of each start;
nothing here multiplies matrices.

Some modules are imported by libraries and used by nobody here. Stand-ins for them save each daemon
1.2 MB and 10 ms of its start:

    ssl        0.9 MB    by asyncio and uvloop; nothing speaks TLS
    ipaddress  0.3 MB    by urllib.parse, that by pathlib; no path becomes a URL
"""

import os
import sys
from types import ModuleType


class _StandIn(ModuleType):
    """Has whatever its importers look up in it: numbers and exceptions."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return 0 if name.isupper() else type(name, (OSError,), {})


os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
for unused in ("ssl", "ipaddress"):
    sys.modules.setdefault(unused, _StandIn(unused))
