"""The texts of --help, and the comments of configuration files → roff.

They have paragraphs, and entries: a tag, two spaces or more, and what it is, which goes on in lines
that are indented further. Sections begin with a line like "examples:".
"""

import re
from collections.abc import Iterator, Sequence

from tradestack.ctl.manual import roff

Sections = dict[str, str]  # "" is what stands before the first one

_SECTION = re.compile(r"^([a-z][a-z ]*):$", re.MULTILINE)
_ENTRY = re.compile(r"(\S.*?)(?:\s{2,}(\S.*))?$")


def sections_of(text: str) -> Sections:
    """Split a text at its lines that name a section."""
    first, *others = _SECTION.split(text)
    sections = {"": [first]}
    for name, block in zip(others[::2], others[1::2], strict=True):
        paragraphs = block.strip("\n").split("\n\n")
        sections[name] = [each for each in paragraphs if each.startswith(" ")]
        sections[""] += [each for each in paragraphs if not each.startswith(" ")]
    return {name: "\n\n".join(each).strip("\n") for name, each in sections.items()}


def body(text: str) -> str:
    """Paragraphs and entries → roff."""
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", text)]
    return roff.joined(part for block in blocks if block for part in _parts(block))


def _parts(block: str) -> Iterator[str]:
    lines = block.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("  ") or _is_entry(lines, number):
            if number:
                yield roff.prose("\n".join(lines[:number]))
            yield from _entries(lines[number:])
            return
    yield roff.prose(block)


def _is_entry(lines: Sequence[str], number: int) -> bool:
    """Whether a list begins at the left margin: with a tag, and what it is."""
    following = lines[number + 1 :]
    return re.match(r"\S+(?: \S+)*\s{2,}\S", lines[number]) is not None and all(
        re.match(r"\s{2,}|\S+(?: \S+)*\s{2,}\S", line) for line in following
    )


def _entries(lines: Sequence[str]) -> Iterator[str]:
    margin = len(lines[0]) - len(lines[0].lstrip())
    entries: list[tuple[str, list[str]]] = []
    for line in lines:
        indent, text = len(line) - len(line.lstrip()), line.strip()
        if indent > margin and entries:
            entries[-1][1].append(text)
        elif match := _ENTRY.fullmatch(text):
            entries.append((match[1], [match[2]] if match[2] else []))
    for tag, explanation in entries:
        yield roff.entry(roff.bold(tag), roff.prose("\n".join(explanation)))
