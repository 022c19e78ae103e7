"""a daemon's process → without what its libraries bring along and no daemon uses.

Each `__main__` imports this first: afterwards it would be too late.

OpenBLAS, which numpy brings, would start a thread for every other processor, 20 ms of each start;
nothing here multiplies matrices.

Some modules are imported by libraries and used by nobody here. Stand-ins for them save a daemon 1.9
MB, one with numpy 3.2 MB, and 15 ms of its start:

    ssl                       0.9 MB    by asyncio and uvloop; nothing speaks TLS
    urllib.parse              0.4 MB    by pathlib; no path becomes a URL
    subprocess                0.3 MB    by asyncio and uvloop; nothing is spawned
    pickle                    0.3 MB    by numpy; nothing is pickled
    msgspec.inspect           0.2 MB    by msgspec; no schema is written
    numpy.linalg              0.4 MB    by numpy; nothing multiplies matrices
    numpy.typing              0.3 MB    by ours; annotations are for the type checker
    numpy._core._add_newdocs  0.3 MB    by numpy, with …_scalars; texts for help() at a prompt
    ctypes                    0.2 MB    by numpy, which does without where it is missing
"""

import os
import sys
from types import ModuleType
from typing import NoReturn, cast


class _StandIn(ModuleType):
    """Has whatever its importers look up in it: numbers, and classes that nobody can use."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return 0 if name.isupper() else type(name, (_Unusable, OSError), {})


class _Unusable:
    """May be inherited from, caught, and named in annotations."""

    def __new__(cls, *_: object, **__: object) -> NoReturn:
        raise NotImplementedError(
            f"{cls.__name__} is of a module that runtime/lean.py stands in for"
        )

    def __class_getitem__(cls, _: object) -> type:
        return cls


os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
for unused in (
    "ssl",
    "urllib.parse",
    "subprocess",
    "pickle",
    "msgspec.inspect",
    "numpy.linalg",
    "numpy.typing",
    "numpy._core._add_newdocs",
    "numpy._core._add_newdocs_scalars",
):
    sys.modules.setdefault(unused, _StandIn(unused))
sys.modules.setdefault("ctypes", cast("ModuleType", None))  # makes its import an ImportError
