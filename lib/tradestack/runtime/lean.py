"""a daemon's process → without what its libraries bring along and no daemon uses.

Each `__main__` imports this first: afterwards it would be too late.

OpenBLAS, which numpy brings, would start a thread for every other processor, 20 ms of each start;
nothing here multiplies matrices.

Some modules are imported by libraries and used by nobody here. Stand-ins for them save a daemon 2.1
MB, one with numpy 3.4 MB, and 15 ms of its start:

    ssl, asyncio.sslproto     1.0 MB    by asyncio and uvloop; nothing speaks TLS
    urllib.parse              0.4 MB    by pathlib; no path becomes a URL
    subprocess                0.4 MB    by asyncio and uvloop, with asyncio.…; nothing is spawned
    pickle                    0.3 MB    by numpy; nothing is pickled
    msgspec.inspect           0.2 MB    by msgspec; no schema is written
    numpy.linalg              0.4 MB    by numpy; nothing multiplies matrices
    numpy.typing              0.3 MB    by ours; annotations are for the type checker
    numpy._core._add_newdocs  0.3 MB    by numpy, with …_scalars; texts for help() at a prompt
    ctypes                    0.2 MB    by numpy, which does without where it is missing
    gettext                   0.1 MB    by getopt, which does without where it is missing
"""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn, cast

if TYPE_CHECKING:
    from importlib.abc import Loader

UNUSED = frozenset(
    {
        "ssl",
        "asyncio.sslproto",
        "urllib.parse",
        "subprocess",
        "asyncio.base_subprocess",
        "asyncio.subprocess",
        "pickle",
        "msgspec.inspect",
        "numpy.linalg",
        "numpy.typing",
        "numpy._core._add_newdocs",
        "numpy._core._add_newdocs_scalars",
    }
)


class _StandIn(ModuleType):
    """Has whatever its importers look up in it: numbers, and classes that nobody can use."""

    __all__ = ()

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


class _Finder:
    """Asked before all others, so that a stand-in is bound to its package like any module."""

    @staticmethod
    def find_spec(
        name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, cast("Loader", _Loader)) if name in UNUSED else None


class _Loader:
    @staticmethod
    def create_module(spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    @staticmethod
    def exec_module(_module: ModuleType) -> None:
        """There is nothing in it."""


os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.meta_path.insert(0, _Finder)
for optional in ("ctypes", "gettext"):
    sys.modules.setdefault(optional, cast("ModuleType", None))  # makes its import an ImportError
