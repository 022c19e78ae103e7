"""The documents of the project: their paths, tables and code spans."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
PROTOCOL = ROOT / "lib" / "tradestack" / "wire" / "PROTOCOL.md"
JOURNAL = ROOT / "lib" / "tradestack" / "store" / "JOURNAL.md"
BOOKS = ROOT / "lib" / "tradestack" / "store" / "shared_memory" / "BOOKS.md"
LIMITS = ROOT / "lib" / "tradestack" / "observe" / "LIMITS.md"
EXECUTION = ROOT / "lib" / "tradestack" / "trading" / "execution" / "EXECUTION.md"
API = ROOT / "daemons" / "tradestack_web" / "API.md"
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
MANUAL = ROOT / "lib" / "tradestack" / "ctl" / "manual" / "topics"
CLIENT = MANUAL / "tradestack-client.md"
BACKTESTING = MANUAL / "tradestack-backtesting.md"
DOCUMENTS = (
    README,
    CONTRIBUTING,
    ROOT / "CHANGELOG.md",
    ROOT / ".github" / "SECURITY.md",
    ROOT / "data" / "README.md",
    PROTOCOL,
    JOURNAL,
    BOOKS,
    LIMITS,
    EXECUTION,
    API,
    *sorted(MANUAL.glob("*.md")),
)


def code_spans(text: str) -> list[str]:
    """List what is in backticks on one line, outside of fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def code_lines(text: str) -> list[str]:
    """List the lines of indented blocks and of blocks of commands."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, flags=re.DOTALL)
    return [*re.findall(r"^    (.*)$", text, re.M), *"".join(blocks).splitlines()]


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


def json_names(message: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(message)]
