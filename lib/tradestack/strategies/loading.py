"""The class of a strategy from a module that Python finds, or from a file.

A file is compiled from its text each time, because Python would reuse cached code if a change left
its size and the second of its time the same.

tradestack.strategies.news:News                 module:Class
/etc/tradestack/strategies/mine.py:Mine         file:Class
/etc/tradestack/strategies/mine.py              the only strategy that the file defines
"""

import importlib
import importlib.util
import inspect
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

    packages: a directory in which modules are looked for as well, after all others, since it must
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
    path = getattr(module, "__file__", None) or module.__name__  # a notebook has no file
    source = _executed.get(module.__name__, path.encode())
    return LoadedStrategy(strategy, path, source, packages)


def loaded_class(strategy: type[Strategy]) -> LoadedStrategy:
    """Return a class that was imported already. Raises ValueError with what is wrong, and where."""
    check_class(strategy)
    path = inspect.getsourcefile(strategy) or strategy.__module__
    return LoadedStrategy(strategy, path, path.encode())


def _names_class(name: str) -> bool:
    return ":" in name and not name.endswith(_SUFFIX)


_executed: dict[str, bytes] = {}  # module → its text; of none that is built in or compiled


def _module(name: str) -> ModuleType:
    """Import a module; execute it again if its text has changed since it was asked for."""
    module = importlib.import_module(name)
    loader = getattr(module, "__loader__", None)
    if isinstance(loader, SourceFileLoader):
        source = loader.get_data(loader.path)
        if _executed.setdefault(name, source) != source:
            _execute(module, loader, source)
    return module


def _module_of_file(path: str) -> ModuleType:
    """Import a file, each time again, under a name that hides no other module."""
    name = "tradestack_strategy_" + path.rpartition("/")[2].removesuffix(_SUFFIX)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "the suffix has a loader"
    assert isinstance(spec.loader, SourceFileLoader), "it is that of Python's texts"
    module = importlib.util.module_from_spec(spec)
    source = spec.loader.get_data(spec.loader.path)
    sys.modules[name] = module  # where dataclasses and pickle look for what it defines
    _execute(module, spec.loader, source)
    return module


def _execute(module: ModuleType, loader: SourceFileLoader, source: bytes) -> None:
    code = loader.source_to_code(source, loader.path)
    exec(code, vars(module))
    _executed[module.__name__] = source


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
    """Return the strategies that a module defines itself, each once."""
    found = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, Strategy)
        and each.__module__ == module.__name__
    ]
    return list(dict.fromkeys(found))


def _told(error: BaseException, place: str) -> str:
    """Return what went wrong, with the line that led to it: of that file, or of a module's."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.lineno is not None:
        return f"{_line(error.filename or place, error.lineno, place)}{text}"
    frames = [
        each
        for each in traceback.extract_tb(error.__traceback__)
        if each.filename != __file__ and "importlib" not in each.filename
    ]
    own = [each for each in frames if each.filename.endswith(place)] or frames
    return f"{_line(own[-1].filename, own[-1].lineno, place)}{text}" if own else text


def _line(file: str, line: int | None, place: str) -> str:
    return f"line {line}: " if file.endswith(place) else f"{file} line {line}: "
