"""LIMITS.md: each limit in it is that of the code, and each limit of the code is in it."""

import dataclasses
import importlib
import re
from collections.abc import Iterator

import pytest

from tests.kit.documents import LIMITS, ROOT, tracked_files
from tradestack.configs.exporter import ExporterConfig
from tradestack.configs.fix import FixConfig
from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.grpc import GrpcConfig
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.strategy import StrategyConfig
from tradestack.configs.web import WebConfig
from tradestack.net.allowance import Rate
from tradestack.net.client.connection import ConnectionLimits
from tradestack.net.control.connection import ControlLimits
from tradestack.net.server.limits import SessionLimits
from tradestack.runtime.config.shared_keys import DaemonConfig

CONFIGS: dict[str, type[DaemonConfig]] = {
    "exporter": ExporterConfig,
    "fix": FixConfig,
    "gateway": GatewayConfig,
    "grpc": GrpcConfig,
    "order-manager": OrderManagerConfig,
    "strategy": StrategyConfig,
    "web": WebConfig,
}
# A key with one of these words in its name is a limit.
LIMIT_KEY = re.compile(r"_(max|min|kept|per_second)$|^max_")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
NAME = re.compile(r"`([a-z][\w.-]*)`")


def limits() -> Iterator[tuple[str, str]]:
    """Yield name and value of each row of the tables."""
    for line in LIMITS.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| ") or cells[1] in ("limit", "name"):
            continue
        (name,) = NAME.findall(cells[1])
        yield name, cells[2]


def keys_named(name: str) -> list[tuple[str, str]]:
    """Return daemon and key of a name without or with the daemon in front."""
    daemon, _, key = name.rpartition(".")
    return [
        (each, key)
        for each, config in CONFIGS.items()
        if daemon in ("", each) and key in {field.name for field in dataclasses.fields(config)}
    ]


def is_default(daemon: str, key: str, text: str) -> bool:
    """Return whether the text is how a config file would have the default of a key."""
    (field,) = (each for each in dataclasses.fields(CONFIGS[daemon]) if each.name == key)
    assert field.default_factory is not dataclasses.MISSING, key
    shown = field.metadata["parser"].format(field.default_factory())
    value = int(text) if isinstance(shown, int) else text
    return bool(field.metadata["parser"].parse(value) == field.default_factory())


def constant(name: str) -> object:
    """Return a constant, or the default of a field of a dataclass."""
    path = name if name.startswith("tradestack_") else f"tradestack.{name}"
    parent, _, last = path.rpartition(".")
    try:
        return getattr(importlib.import_module(parent), last)
    except ModuleNotFoundError:
        module, _, class_name = parent.rpartition(".")
        return getattr(getattr(importlib.import_module(module), class_name)(), last)


def texts_of(value: object) -> set[str]:
    """Return how the document may write a value of the code."""
    if isinstance(value, Rate):
        return {f"{value.per_second:,} a second, {value.burst:,} at once"}
    if isinstance(value, float):
        return {f"{value:g} s"}
    assert isinstance(value, int)
    texts = {f"{value:,}", f"{value // 1024} KiB", f"{value // 1024**2} MiB"}
    texts = {text for text in texts if value % 1024 == 0 or "iB" not in text}
    if value % 10**9 == 0:
        texts.add(f"{value // 10**9} s")
    if (value + 1).bit_count() == 1:
        texts.add(f"2{str(value.bit_length()).translate(SUPERSCRIPTS)}−1")
    return texts


@pytest.mark.parametrize(("name", "value"), list(limits()))
def test_a_limit_is_that_of_the_code(name: str, value: str) -> None:
    """A config key has the default, a constant the value that the document says."""
    keys = keys_named(name)
    if keys:
        assert all(is_default(*each, value.replace(",", "")) for each in keys)
    else:
        assert value in texts_of(constant(name))


@pytest.mark.parametrize("daemon", CONFIGS)
def test_every_limit_that_can_be_configured_is_in_the_document(daemon: str) -> None:
    """Whoever adds a key that is a limit says what happens at it."""
    documented = {each for name, _ in limits() for each in keys_named(name)}
    keys = [field.name for field in dataclasses.fields(CONFIGS[daemon])]

    assert {(daemon, key) for key in keys if LIMIT_KEY.search(key)} <= documented


@pytest.mark.parametrize("of", [SessionLimits, ControlLimits, ConnectionLimits])
def test_every_limit_of_a_connection_is_in_the_document(of: type) -> None:
    """By its own name, or as the config key that sets it."""
    documented = {name.rpartition(".")[2] for name, _ in limits()}
    fields = {field.name for field in dataclasses.fields(of)}

    assert {name.removesuffix("_ns") for name in fields} <= {
        name.removesuffix("_ns") for name in documented
    }


def test_every_level_that_is_watched_is_in_the_document_and_no_other() -> None:
    """The first table has what is said at 80 %."""
    sources = [
        (ROOT / file).read_text()
        for file in tracked_files()
        if file.startswith(("lib/", "daemons/")) and file.endswith(".py")
    ]
    call = re.compile(r'\b(?:Level|Level\.of|_level|disk_level)\(\s*"(\w+)"')
    watched = {name for source in sources for name in call.findall(source)}
    table = LIMITS.read_text().partition("\n## What fills up\n")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", table, re.M)

    assert {name for cell in first_cells for name in NAME.findall(cell)} == watched
