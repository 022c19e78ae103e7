"""The class of a strategy from a module, or from a file of whoever wrote it."""

import importlib
import os
import pickle
import re
import sys
from pathlib import Path

import pytest

from tests.kit.other_user import acting_as, needs_root
from tests.kit.strategies import EPOCH
from tradestack.domain.fixed_point import SCALE
from tradestack.strategies.configured import configure
from tradestack.strategies.loading import load_strategy
from tradestack.trading.desk.counters import Counters
from tradestack.trading.desk.signal_runner import SignalRunner

ONE = """
from tradestack.strategies import Strategy

class Mine(Strategy):
    def on_tick(self, tick):
        self.buy(tick.symbol, 1)
"""
OTHER = """
class Other(Strategy):
    def on_tick(self, tick):
        self.sell(tick.symbol)
"""


def written(directory: Path, text: str, name: str = "mine.py") -> str:
    """A file with this text; its path."""
    path = directory / name
    path.write_text(text)
    return str(path)


def refused(name: str) -> str:
    """What is said of a strategy that cannot be loaded."""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 (the text is what is returned)
        load_strategy(name)
    return str(refusal.value)


def hash_of(name: str) -> str:
    """The config hash of a strategy without parameters."""
    return configure(load_strategy(name), {}, [], SCALE).config_hash()


def test_a_file_with_one_strategy_needs_no_class(tmp_path: Path) -> None:
    """Path and bytes are those of the file."""
    path = written(tmp_path, ONE)

    found = load_strategy(path)

    assert found.strategy.__name__ == "Mine"
    assert (found.path, found.source) == (path, ONE.encode())


@pytest.mark.parametrize("name", ["Mine", "Other"])
def test_a_class_of_a_file_is_named(tmp_path: Path, name: str) -> None:
    """Where there are several, that one is found."""
    path = written(tmp_path, ONE + OTHER)

    assert load_strategy(f"{path}:{name}").strategy.__name__ == name


def test_of_several_strategies_the_names_are_told(tmp_path: Path) -> None:
    """They can be copied into the configuration."""
    path = written(tmp_path, ONE + OTHER)

    assert refused(path) == f"{path} has more than one strategy: name {path}:Mine or {path}:Other"


def test_another_name_of_the_same_class_is_no_other_strategy(tmp_path: Path) -> None:
    """Nor is a strategy that the file only imports."""
    text = ONE + "\nAlias = Mine\nfrom tradestack.strategies.news import News\n"

    assert load_strategy(written(tmp_path, text)).strategy.__name__ == "Mine"


def test_a_strategy_that_is_only_imported_can_be_named(tmp_path: Path) -> None:
    """The configuration decides."""
    path = written(tmp_path, "from tradestack.strategies.news import News\n")

    assert load_strategy(f"{path}:News").strategy.__name__ == "News"
    assert refused(path) == f"{path} has no class that extends Strategy"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a = 1\n\ndef on_tick(:\n", "line 3: SyntaxError: "),
        ("a = 1\n\n1 / 0\n", "line 3: ZeroDivisionError: division by zero"),
        ("def f():\n    raise SystemExit(3)\nf()\n", "line 2: SystemExit: 3"),
        ("import nowhere\n", "line 1: ModuleNotFoundError: No module named 'nowhere'"),
        ("a = '\0'\n", "ource code string cannot contain null bytes"),
        ("# coding: nonsense\n", "SyntaxError: "),
        ("import json\n\njson.loads('')\n", "line 3: JSONDecodeError: "),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_with_its_line(
    tmp_path: Path, text: str, complaint: str
) -> None:
    """It is the line of that file, wherever the exception comes from."""
    path = written(tmp_path, text)

    told = refused(path)

    assert told.startswith(f"{path} cannot be imported: ")
    assert complaint in told


def test_a_helper_that_is_wrong_is_told_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a syntax error the file is the helper's."""
    monkeypatch.syspath_prepend(str(tmp_path))
    helper = written(tmp_path, "\ndef f(:\n", "wrong_helper.py")
    path = written(tmp_path, "import wrong_helper\n")

    assert f"cannot be imported: {helper} line 2: SyntaxError" in refused(path)


def test_a_module_that_is_wrong_is_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is not its file."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = written(tmp_path, "\n1 / 0\n", "wrong_module.py")

    assert refused("wrong_module:Mine") == (
        f"wrong_module cannot be imported: {path} line 2: ZeroDivisionError: division by zero"
    )


@pytest.mark.parametrize("name", ["nowhere.py", "directory.py", "nowhere.py:Mine"])
def test_what_is_not_a_file_is_refused(tmp_path: Path, name: str) -> None:
    """What the host says of it, without a line."""
    (tmp_path / "directory.py").mkdir()

    told = refused(f"{tmp_path}/{name}")

    path = f"{tmp_path}/{name.removesuffix(':Mine')}"
    kind = "IsADirectoryError" if name == "directory.py" else "FileNotFoundError"
    assert told.startswith(f"{path} cannot be imported: {kind}: ")
    assert path in told.partition(kind)[2]


@needs_root
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    """The daemon has no rights of root."""
    directory = tmp_path.parent
    path = written(tmp_path, ONE)
    Path(path).chmod(0o600)
    while directory != Path("/tmp"):
        directory.chmod(0o755)
        directory = directory.parent
    tmp_path.chmod(0o755)

    with acting_as():
        told = refused(path)

    assert told.startswith(f"{path} cannot be imported: PermissionError: ")


@pytest.mark.parametrize("name", ["json.py", "tradestack.py", "my-strategy.py", "strategy.py"])
def test_a_file_hides_no_module(tmp_path: Path, name: str) -> None:
    """Whatever it is called."""
    before = {each: sys.modules.get(each) for each in ("json", "tradestack", "strategy")}

    found = load_strategy(written(tmp_path, ONE, name))

    assert found.strategy.__name__ == "Mine"
    assert {each: sys.modules.get(each) for each in before} == before


def test_a_relative_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is what an exception of a hook names."""
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, ONE)

    found = load_strategy("mine.py")

    assert found.path == path
    assert found.strategy.on_tick.__code__.co_filename == path


def test_dataclasses_and_pickle_find_what_a_file_defines(tmp_path: Path) -> None:
    """They look for it in its module."""
    text = """
from __future__ import annotations
import dataclasses
from typing import ClassVar
from tradestack.strategies import Strategy

@dataclasses.dataclass
class Level:
    kind: ClassVar[str] = "level"
    price: int = 5

class Mine(Strategy):
    def on_tick(self, tick):
        self.level = Level()
"""
    found = load_strategy(written(tmp_path, text))
    level = vars(sys.modules[found.strategy.__module__])["Level"]

    assert pickle.loads(pickle.dumps(level(7))) == level(7)
    assert level() == level(5)


def quantity_of(name: str) -> int:
    """The quantity of the order that a strategy makes of the first price."""
    from tests.kit.batches import batch_of

    runner = SignalRunner(configure(load_strategy(name), {}, [], SCALE), EPOCH, Counters())
    (intent,) = runner.on_batch(batch_of([("P", "SPY", "1")]))
    return intent.quantity  # type: ignore[union-attr]


@pytest.mark.parametrize("by", ["file", "module"])
def test_a_changed_file_is_another_strategy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """New text, new code, new hash: also when size and time of the file are as before."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = written(tmp_path, ONE, f"changing_{by}.py")
    name = path if by == "file" else "changing_module:Mine"
    os.utime(path, (1_000, 1_000))
    importlib.invalidate_caches()
    first = hash_of(name), quantity_of(name)
    again = hash_of(name), quantity_of(name)

    Path(path).write_text(ONE.replace("symbol, 1", "symbol, 2"))
    os.utime(path, (1_000, 1_000))
    changed = hash_of(name), quantity_of(name)

    assert first == again
    assert (first[1], changed[1]) == (1, 2)
    assert first[0] != changed[0]


def test_a_file_leaves_nothing_beside_it(tmp_path: Path) -> None:
    """Its directory may belong to somebody else."""
    load_strategy(written(tmp_path, ONE))

    assert [each.name for each in tmp_path.iterdir()] == ["mine.py"]


def test_a_class_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    """What Python takes may be no strategy."""
    path = written(tmp_path, ONE.replace("on_tick", "on_price"))

    assert re.fullmatch(
        rf"{re.escape(path)} line 5: Mine has a method on_price, which is no hook; hooks are .*",
        refused(path),
    )
