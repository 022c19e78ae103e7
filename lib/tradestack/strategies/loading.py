"""The class of a strategy from a module that Python finds, or from a file.

tradestack.strategies.news:News                 module:Class
/etc/tradestack/strategies/mine.py:Mine         file:Class
/etc/tradestack/strategies/mine.py              the only strategy that the file defines
"""

import importlib
import importlib.util
import sys
import traceback
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from types import ModuleType

from tradestack.strategies.class_check import check_class
from tradestack.strategies.strategy import Strategy

_SUFFIX = ".py"


@dataclass(frozen=True, slots=True)
class LoadedStrategy:
    """A class that was found, and the file that it is from, as path and bytes.

    packages: the directory of packages that it alone imports, "" = none.
    """

    strategy: type[Strategy]
    path: str
    source: bytes
    packages: str = ""


def load_strategy(name: str, packages: str = "") -> LoadedStrategy:
    """Import the strategy of that name. Raises ValueError with what is wrong, and where.

    packages: a directory in which modules are looked for as well, behind all others, since it must
    not replace what tradestack is made of. That lasts as long as the process.
    """
    if packages and packages not in sys.path:
        sys.path.append(packages)
    place, _, class_name = name.rpartition(":") if _names_class(name) else (name, "", "")
    try:
        module = _module_of_file(place) if place.endswith(_SUFFIX) else _module(place)
    except (Exception, SystemExit) as error:  # whatever a user's file does when it is imported
        raise ValueError(f"{place} cannot be imported: {_told(error, place)}") from error
    strategy = _named(module, class_name, name) if class_name else _only(module, place)
    check_class(strategy)
    path = module.__file__ or module.__name__
    return LoadedStrategy(strategy, path, _source(module), packages)


def _names_class(name: str) -> bool:
    return ":" in name and not name.endswith(_SUFFIX)


def _module(name: str) -> ModuleType:
    return importlib.import_module(name)


def _module_of_file(path: str) -> ModuleType:
    """Import a file, each time anew, under a name that hides no other module."""
    name = "tradestack_strategy_" + path.rpartition("/")[2].removesuffix(_SUFFIX)
    loader = SourceFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None, "a loader was given"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and pickle look for what it defines
    loader.exec_module(module)
    return module


def _source(module: ModuleType) -> bytes:
    loader = getattr(module, "__loader__", None)
    file = module.__file__
    if isinstance(loader, SourceFileLoader) and file is not None:
        return loader.get_data(file)
    return module.__name__.encode()  # built in, or compiled: there is no text


def _named(module: ModuleType, class_name: str, name: str) -> type[Strategy]:
    found = getattr(module, class_name, None)
    if isinstance(found, type) and issubclass(found, Strategy) and found is not Strategy:
        return found
    known = ", ".join(each.__name__ for each in _defined(module)) or "none"
    raise ValueError(f"{name} is not a class that extends Strategy; there is {known}")


def _only(module: ModuleType, place: str) -> type[Strategy]:
    found = _defined(module)
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError(f"{place} has no class that extends Strategy")
    names = " or ".join(f"{place}:{each.__name__}" for each in found)
    raise ValueError(f"{place} has more than one strategy: name {names}")


def _defined(module: ModuleType) -> list[type[Strategy]]:
    """Return the strategies that a module defines itself."""
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, Strategy)
        and each.__module__ == module.__name__
    ]


def _told(error: BaseException, place: str) -> str:
    """Return what went wrong, with the line of the strategy's file that led to it."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {text}"
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename == place]
    return f"line {frames[-1].lineno}: {text}" if frames else text
