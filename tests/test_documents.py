"""The documents: what they name is in the tree, and their tables are those of the code."""

import argparse
import dataclasses
import importlib
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tradestack.ctl.main import VERBS, build_parser
from tradestack.domain.order import OrdRejReason
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.store import segment
from tradestack.wire import order_journal, order_messages
from tradestack.wire.feed import TICK_PACKET
from tradestack.wire.soup import PacketType
from tradestack_gateway.config import GatewayConfig
from tradestack_order_manager.config import OrderManagerConfig
from tradestack_strategy.config import StrategyConfig

ROOT = Path(__file__).parents[1]
PROTOCOL = ROOT / "lib" / "tradestack" / "wire" / "PROTOCOL.md"
JOURNAL = ROOT / "lib" / "tradestack" / "store" / "JOURNAL.md"
BOOKS = ROOT / "lib" / "tradestack" / "store" / "BOOKS.md"
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
DOCUMENTS = (
    README,
    CONTRIBUTING,
    ROOT / "CHANGELOG.md",
    ROOT / ".github" / "SECURITY.md",
    ROOT / "data" / "README.md",
    PROTOCOL,
    JOURNAL,
    BOOKS,
)
CONFIGS: tuple[type[DaemonConfig], ...] = (GatewayConfig, OrderManagerConfig, StrategyConfig)

# Where a path in a document may begin, beside the document's own directory.
BASES = (ROOT, ROOT / "lib" / "tradestack", ROOT / "daemons", ROOT / "etc")
# CONTRIBUTING.md leaves the beginning of the daemons' packages out.
SHORTENED = re.compile(r"(gateway|order_manager|strategy)/")
# Names in the documents that belong to other programs and libraries.
FOREIGN_NAMES = {"multiprocessing", "resource_tracker", "shared_memory", "unregister"}


def ids(path: Path) -> str:
    """Name a document in the output of pytest."""
    return str(path.relative_to(ROOT))


def code_spans(text: str) -> list[str]:
    """List what is in backticks on one line, outside of fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def table_rows(document: Path, first_heading: str, *, within: str = "") -> Iterator[list[str]]:
    """Yield the cells of each row of the first table with this first heading after `within`."""
    text = document.read_text().partition(within)[2] if within else document.read_text()
    table = re.search(rf"^\| {first_heading} \|.*\n\|---.*\n((?:\|.*\n)+)", text, re.M)
    assert table is not None, first_heading
    for line in table[1].splitlines():
        yield [cell.strip() for cell in line.strip("|").split("|")]


def tracked_files() -> list[str]:
    """List the files of the checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    return listing.stdout.split()


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
        if name.endswith((".target", ".slice", ".service", ".socket", ".catalog")):
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
        if (file.startswith(tops) or file in own) and not file.endswith((".md", ".csv"))
    ]
    words = set(re.findall(r"\w+", "\n".join(texts)))
    words.update(_json_names(order_messages.NewOrderSingle))
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
    fields = {field.name: field for config in CONFIGS for field in dataclasses.fields(config)}

    for span in code_spans(document.read_text()):
        if re.fullmatch(r'[a-z_]+ = "[^"]+"', span):
            ((name, value),) = tomllib.loads(span).items()
            fields[name].metadata["parser"].parse(value)


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_commands_have_the_verbs_and_options_that_are_named(document: Path) -> None:
    """Each `tradestackctl …` names a verb, and only options that the verb has."""
    verbs = {verb.name for verb in VERBS}
    text = document.read_text()

    for span in [*code_spans(text), *re.findall(r"^    (.*)$", text, re.M)]:
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


def test_layers_are_those_of_the_import_contract() -> None:
    """CONTRIBUTING.md shows the layers of pyproject.toml, in their order."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    text = CONTRIBUTING.read_text()
    picture = text.partition("lib/tradestack ═")[2].partition("\n\n")[0]
    shown = re.findall(r"^      ([a-z]+(?: │ [a-z]+)?)  ", picture, re.M)
    pure = set(re.findall(r"^      ([a-z]+) +PURE ", picture, re.M))

    assert [name.replace("│", "|") for name in shown] == contracts["contracts"][0]["layers"]
    (contract,) = (each for each in contracts["contracts"] if each["name"].startswith("pure "))
    modules = {name for name in contract["source_modules"] if name.startswith("tradestack.")}
    assert {f"tradestack.{name}" for name in pure} == modules


def test_tick_layout_is_that_of_the_code() -> None:
    """PROTOCOL.md gives offset and size of each field of a tick."""
    described = [
        (int(offset), int(size))
        for offset, size, *_ in table_rows(PROTOCOL, "offset", within="## 2. Feed")
    ]

    fields = TICK_PACKET.fields
    assert fields is not None
    coded = sorted((offset, dtype.itemsize) for dtype, offset, *_ in fields.values())
    assert described == coded
    assert sum(size for _, size in described) == TICK_PACKET.itemsize


def test_packet_types_are_those_of_the_code() -> None:
    """PROTOCOL.md has each packet type, and no other."""
    described = {cells[0].strip("`") for cells in table_rows(PROTOCOL, "type")}

    assert described == {chr(packet_type) for packet_type in PacketType}


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("### NewOrderSingle", order_messages.NewOrderSingle),
        ("### ExecutionReport", order_messages.ExecutionReportMessage),
    ],
)
def test_message_fields_are_those_of_the_code(heading: str, message: type[msgspec.Struct]) -> None:
    """PROTOCOL.md has each field of the message by its name in JSON, and no other."""
    described = [
        name
        for cells in table_rows(PROTOCOL, "field", within=heading)
        for name in cells[0].split(", ")
    ]

    assert sorted(described) == sorted(["MsgType", *_json_names(message)])


def test_register_fields_are_those_of_the_code() -> None:
    """PROTOCOL.md describes the fields of Register and Registered."""
    rows = table_rows(PROTOCOL, "field", within="### Register and Registered")

    described = {name for cells in rows for name in cells[0].split(", ")}

    assert described == {
        *_json_names(order_messages.Register),
        *_json_names(order_messages.Registered),
    }


def test_business_message_reject_is_that_of_the_code() -> None:
    """PROTOCOL.md names each field of BusinessMessageReject."""
    text = PROTOCOL.read_text().partition("### BusinessMessageReject")[2].partition("\n### ")[0]

    assert all(f"{name} (" in text for name in _json_names(order_messages.BusinessMessageReject))


def test_reject_reasons_are_those_of_the_code() -> None:
    """PROTOCOL.md explains each OrdRejReason, and no other."""
    described = {cells[0].strip("`") for cells in table_rows(PROTOCOL, "OrdRejReason")}

    assert described == set(OrdRejReason)


def test_journal_records_are_those_of_the_code() -> None:
    """JOURNAL.md has each record of the order journal with its fields."""
    described = {
        cells[0].strip("`"): cells[1].split(", ") for cells in table_rows(JOURNAL, "Record")
    }

    coded = {
        record.__name__.removesuffix("Record"): [
            order_messages.fix_name(name) for name in record.__struct_fields__
        ]
        for record in order_journal.Record.__args__
    }
    assert described == coded


def test_header_of_a_book_is_that_of_the_code() -> None:
    """BOOKS.md has each integer of a segment's header."""
    described = {
        int(number)
        for cells in table_rows(BOOKS, "header integer")
        for number in cells[0].split(", ")
    }

    slots = {value for name, value in vars(segment).items() if name.startswith("SLOT_")}
    assert described == slots | {segment.SLOT_SESSION + 1}  # an id takes two


def _json_names(message: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(message)]
