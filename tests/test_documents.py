"""The documents: every file, name, setting and command in them exists."""

import argparse
import dataclasses
import importlib
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.kit.documents import (
    CONTRIBUTING,
    DOCUMENTS,
    README,
    ROOT,
    code_lines,
    code_spans,
    json_names,
    tracked_files,
)
from tradestack.configs.execution import ExecutionKeys
from tradestack.configs.exporter import ExporterConfig
from tradestack.configs.fix import FixConfig
from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.grpc import GrpcConfig
from tradestack.configs.nats import NatsKeys
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.strategy import StrategyConfig
from tradestack.configs.web import WebConfig
from tradestack.ctl.main import VERBS, build_parser
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.wire import order_messages

CONFIGS: tuple[type[DaemonConfig], ...] = (
    ExporterConfig,
    FixConfig,
    GrpcConfig,
    GatewayConfig,
    OrderManagerConfig,
    StrategyConfig,
    WebConfig,
)
# Where a path in a document may begin, beside the document's own directory.
BASES = (ROOT, ROOT / "lib" / "tradestack", ROOT / "daemons", ROOT / "etc")
# CONTRIBUTING.md leaves the beginning of the daemons' packages out.
SHORTENED = re.compile(r"(gateway|order_manager|strategy)/")
# Names in the documents that belong to other programs and libraries.
NO_MODULES = (
    ".target",
    ".slice",
    ".service",
    ".socket",
    ".catalog",
    ".md",
    ".yml",
    ".json",
    ".proto",
)
FOREIGN_NAMES = {"multiprocessing", "resource_tracker", "shared_memory", "unregister"}


def ids(path: Path) -> str:
    """Name a document in the output of pytest."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_links_lead_to_files(document: Path) -> None:
    """Each link to a file of the project leads to one that exists."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())

    broken = [
        link
        for link in links
        if "://" not in link and not (document.parent / link).resolve().exists()
    ]

    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_files_that_are_named_exist(document: Path) -> None:
    """A file name in backticks, or at the start of an indented line, is one of the project's."""
    text = document.read_text()
    names = [span for span in code_spans(text) if re.fullmatch(r"[\w./*-]+", span)]
    names += re.findall(r"^    ([\w./]+\.py) ", text, re.M)
    files = tracked_files()
    base_names = {Path(file).name for file in files}

    missing = [
        name
        for name in names
        if name.endswith((".py", ".md", ".toml", ".catalog", "/"))
        and not re.match(r"/|[A-Z]+/", name)  # on the host, or in a directory that is not named
        and not _exists(name, document)
        and name not in base_names
    ]

    assert not missing


def _exists(name: str, document: Path) -> bool:
    full = f"tradestack_{name}" if SHORTENED.match(name) else name
    bases = (document.parent, *BASES)
    return any(any(base.glob(path.rstrip("/"))) for base in bases for path in {name, full})


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_modules_that_are_named_can_be_imported(document: Path) -> None:
    """A dotted name of the packages is a module, or an attribute of one."""
    names = re.findall(
        r"(?<!io\.)\btradestack(?:_gateway|_order_manager|_strategy)?(?:\.[a-zA-Z_]\w*)+",
        document.read_text(),
    )

    for name in names:
        if name.endswith(NO_MODULES):
            continue
        parent, _, last = name.rpartition(".")
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(parent), last), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_names_in_code_formatting_are_in_the_code(document: Path) -> None:
    """Each identifier in backticks is a word of the sources, units or configurations."""
    tops = ("lib/", "daemons/", "etc/", "systemd/", "data/", "tests/kit/", "tests/test_")
    own = ("install.sh", "pyproject.toml", "tests/run", ".pre-commit-config.yaml")
    texts = [
        (ROOT / file).read_text()
        for file in tracked_files()
        if (file.startswith(tops) or file in own) and not file.endswith((".md", ".csv", ".png"))
    ]
    words = set(re.findall(r"\w+", "\n".join(texts)))
    words.update(json_names(order_messages.NewOrderSingle))
    spans = [
        span for span in code_spans(document.read_text()) if re.fullmatch(r"[\w.-]+(\(\))?", span)
    ]

    unknown = [
        span
        for span in spans
        if not set(re.findall(r"[A-Za-z_]\w+", span)) - FOREIGN_NAMES <= words
    ]

    assert not unknown


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_settings_that_are_named_are_config_keys(document: Path) -> None:
    """In `key = value` the key is one of a daemon, and the value is valid."""
    sections = *CONFIGS, ExecutionKeys, NatsKeys
    fields = {field.name: field for section in sections for field in dataclasses.fields(section)}

    for span in code_spans(document.read_text()):
        if re.fullmatch(r'[a-z_]+ = "[^"]+"', span):
            ((name, value),) = tomllib.loads(span).items()
            fields[name].metadata["parser"].parse(value)


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_commands_have_the_verbs_and_options_that_are_named(document: Path) -> None:
    """Each `tradestackctl …` names a verb, and only options that the verb has."""
    verbs = {verb.name for verb in VERBS}
    text = document.read_text()

    for span in [*code_spans(text), *code_lines(text)]:
        command = re.search(r"tradestackctl ([a-z][a-z-]*)([^#;|]*)", span)
        if command is None or command[1] == "journal":  # whose options belong to verbs of its own
            continue
        verb, arguments = command[1], command[2].split()
        assert verb in verbs, span
        known = _options(verb)
        assert {word for word in arguments if word.startswith("--")} <= known, span


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=ids)
def test_the_trial_is_started_with_options_of_up(document: Path) -> None:
    """What follows `install.sh --try --` is understood by `tradestackctl up`."""
    commands = re.findall(r"install\.sh --try -- ([^#`\n]*)", document.read_text())

    assert commands
    for command in commands:
        build_parser(["up"]).parse_args(["up", *shlex.split(command)])


def _options(verb: str) -> set[str]:
    actions: list[Any] = build_parser([verb])._actions
    (verbs,) = (item for item in actions if isinstance(item, argparse._SubParsersAction))
    return set(verbs.choices[verb]._option_string_actions)
