"""The commands of a document, in the order in which a reader comes to them.

They are the lines of ```sh blocks, the lines after `$ ` in ```console blocks, which also show what
is printed, and what is in backticks and begins with the name of a program. This uses the standard
library only: the system tests read the README in a container.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TOPICS = ROOT / "lib" / "tradestack" / "ctl" / "manual" / "topics"
# What a newcomer reads, in this order; the last one ends with the removal.
GUIDES = (
    ROOT / "README.md",
    _TOPICS / "tradestack-data.md",
    _TOPICS / "tradestack-client.md",
    _TOPICS / "tradestack-operating.md",
)
# What begins a command in backticks; a name alone is not a command.
PROGRAMS = (
    "./install.sh",
    "journalctl",
    "pip",
    "python3",
    "ssh",
    "sudo",
    "systemctl",
    "tar",
    "tests/run",
    "tradestack-gateway",
    "tradestack-order-manager",
    "tradestack-strategy",
    "tradestackctl",
)
# Languages of blocks of other kinds; tests/ctl runs those in py.
NOT_COMMANDS = ("ini", "py", "text", "toml")
_BLOCK = re.compile(r"```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_COMMENT = re.compile(r"\s+# .*$")
_FILE_NAME = re.compile(r"`([\w.-]+\.py)`")


@dataclass(frozen=True, slots=True)
class Command:
    """A command, the heading that it is below, and the lines that it is shown to print."""

    line: int
    section: str
    text: str
    shown: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Program:
    """A program that the reader is to save under a name."""

    line: int
    section: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.name}"


Step = Command | Program


def guided_steps() -> Iterator[tuple[str, Step]]:
    """Yield the steps of all guides, each with its name: document, line and command."""
    for guide in GUIDES:
        for step in steps_of(guide.read_text()):
            yield f"{guide.name}, {step}", step


def steps_of(document: str) -> list[Step]:
    """List commands and programs. Raises ValueError for a block that may be either or neither."""
    steps: list[Step] = []
    end = 0
    for block in _BLOCK.finditer(document):
        steps += _spans(document, end, block.start())
        steps += _steps_of_block(document, block)
        end = block.end()
    return [*steps, *_spans(document, end, len(document))]


def _steps_of_block(document: str, block: "re.Match[str]") -> list[Step]:
    language, text = block.groups()
    section, line = _section(document, block.start()), _line(document, block.start(2))
    if language == "sh":
        commands = enumerate(text.splitlines(), line)
        return [Command(n, section, _COMMENT.sub("", each)) for n, each in commands if each]
    if language == "console":
        return _session(text, section, line)
    if language == "python":
        name = _FILE_NAME.findall(document[: block.start()])[-1]
        return [Program(line, section, name, text)]
    if language in NOT_COMMANDS:
        return []
    raise ValueError(f"line {line}: a block of the language {language!r}")


def _session(text: str, section: str, line: int) -> list[Step]:
    steps: list[Step] = []
    for part in re.split(r"^(?=\$ )", text, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        number = line + text[: text.index(part)].count("\n")
        steps.append(Command(number, section, command.removeprefix("$ "), tuple(shown)))
    return steps


def _spans(document: str, start: int, end: int) -> list[Step]:
    for indented in re.finditer(r"^ {4,}\S.*$", document[start:end], re.MULTILINE):
        line = _line(document, start + indented.start())
        raise ValueError(f"line {line}: is indented; put commands into a block of ```sh")
    found: list[Step] = []
    for span in _SPAN.finditer(document, start, end):
        program, *arguments = span[1].split()
        if program in PROGRAMS and arguments:
            place = span.start()
            text = " ".join([program, *arguments])
            found.append(Command(_line(document, place), _section(document, place), text))
    return found


def _section(document: str, place: int) -> str:
    headings: list[str] = re.findall(r"^#+ (.*)$", document[:place], re.MULTILINE)
    return headings[-1]


def _line(document: str, place: int) -> int:
    return document.count("\n", 0, place) + 1
