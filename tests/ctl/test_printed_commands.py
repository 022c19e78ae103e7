"""The commands that are printed for people: each of them can be typed.

Alerts, dashboards, the catalog of the journal, and the texts of the programs. What is in capitals
or between signs is a placeholder; here it has a value that is possible.
"""

import ast
import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.documents import ROOT
from tradestack.ctl.main import build_parser
from tradestack.runtime.process.command_words import join_values_below_zero

CATALOG = ROOT / "systemd" / "tradestack.catalog"
PRINTED = (
    *sorted((ROOT / "etc" / "prometheus").glob("*.yml")),
    *sorted((ROOT / "etc" / "grafana").glob("*.json")),
    CATALOG,
)
PROGRAMS = [*sorted((ROOT / "lib").rglob("*.py")), *sorted((ROOT / "daemons").rglob("*.py"))]
IN_BACKQUOTES = re.compile(r"`(?:sudo )?(tradestackctl [^`]+)`")
ON_A_LINE = re.compile(r"^    (?:sudo )?(tradestackctl .*)$", re.MULTILINE)
PLACEHOLDERS = {
    "TIME": "2026-01-15T20:44:57Z",
    "N": "1",
    "VERB": "status",
    "@MESSAGE@": "1",
    "{{ $labels.strategy }}": "news",
}
UNIT = re.compile(r"\btradestack-[a-z@-]+\.(?:service|socket|timer)\b")


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts in a module, without those that describe it."""
    tree = ast.parse(path.read_text())
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in described:
            yield str(node.value)


def _commands(text: str) -> list[str]:
    return [*IN_BACKQUOTES.findall(text), *ON_A_LINE.findall(text)]


def _refusal(command: str) -> str:
    """Return what the parser of the command line has against a command; "" if nothing."""
    for placeholder, value in PLACEHOLDERS.items():
        command = re.sub(rf"(?<!\w){re.escape(placeholder)}(?!\w)", value, command)
    words = join_values_below_zero(shlex.split(command)[1:])
    output = io.StringIO()
    try:
        with contextlib.redirect_stderr(output), contextlib.redirect_stdout(output):
            build_parser(words).parse_args(words)
    except SystemExit as end:
        if end.code:  # --help ends with 0
            return output.getvalue().splitlines()[-1]
    return ""


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.name)
def test_commands_of_alerts_dashboards_and_catalog_are_accepted(path: Path) -> None:
    """As they are printed, whoever is woken by one can type it."""
    refused = {each: why for each in _commands(path.read_text()) if (why := _refusal(each))}

    assert refused == {}


def test_commands_that_programs_print_are_accepted() -> None:
    """In backquotes in a text of a message, such as the remedy of a fault."""
    commands = {
        (str(path.relative_to(ROOT)), command)
        for path in PROGRAMS
        for text in _texts(path)
        for command in IN_BACKQUOTES.findall(text)
    }

    assert len(commands) > 5
    assert {each: why for each in commands if (why := _refusal(each[1]))} == {}


def test_the_commands_are_found() -> None:
    """In backquotes, and on lines of their own; a wrong one is told."""
    assert "tradestackctl trading active --reason 'x'" in _commands(
        "see:\n\n    tradestackctl trading active --reason 'x'\n"
    )
    assert _commands("`sudo tradestackctl status` says") == ["tradestackctl status"]
    assert "required: state" in _refusal("tradestackctl trading")


def test_units_that_are_printed_exist() -> None:
    """In the alerts and in the catalog."""
    named = {unit for path in PRINTED for unit in UNIT.findall(path.read_text())}

    assert named
    assert named <= {path.name for path in (ROOT / "systemd").iterdir()}
