"""Markdown of the topics → the sections of a page in roff.

It has a title, sections (##) and subsections (###), paragraphs, lists, tables whose first column
names what the others explain, and blocks of code.
"""

import re
from collections.abc import Iterator

from tradestack.ctl.manual import roff

COLUMNS = 70  # man pages are indented by 7 of the 80 of a terminal

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_ITEM = re.compile(r"^([-*]|\d+\.) ", re.MULTILINE)


def title_of(text: str) -> str:
    """Return the heading of the whole document."""
    return text.partition("\n")[0].removeprefix("# ")


def sections_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each section: its heading, and its text in roff."""
    first, *others = re.split(r"^## (.*)\n", text.partition("\n")[2], flags=re.MULTILINE)
    if first.strip():
        yield "DESCRIPTION", _body(first)
    for heading, body in zip(others[::2], others[1::2], strict=True):
        yield heading.upper(), _body(body)


def _body(text: str) -> str:
    parts: list[str] = []
    end = 0
    for block in _BLOCK.finditer(text):
        parts += _paragraphs(text[end : block.start()])
        parts.append(roff.example(_commands(block[2]) if block[1] == "sh" else block[2]))
        end = block.end()
    return roff.joined([*parts, *_paragraphs(text[end:])])


def _commands(text: str) -> str:
    """Continue commands that are too long for a terminal on the next line, as a shell would."""
    return "\n".join(shown for line in text.splitlines() for shown in _continued(line))


def _continued(line: str) -> Iterator[str]:
    shown = ""
    for word in _SHELL_WORD.findall(line):
        if shown and len(shown) + len(word) > COLUMNS:
            yield f"{shown} \\"
            shown = "   "
        shown = f"{shown} {word}" if shown else word
    yield shown


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in filter(None, re.split(r"\n\s*\n", text.strip("\n"))):
        if paragraph.startswith("### "):
            yield roff.macro("SS", paragraph.removeprefix("### "))
        elif paragraph.startswith("|"):
            yield from _rows(paragraph)
        elif _ITEM.match(paragraph):
            yield from _items(paragraph)
        else:
            yield _prose(paragraph)


def _items(listed: str) -> Iterator[str]:
    parts = _ITEM.split(listed)[1:]
    for sign, item in zip(parts[::2], parts[1::2], strict=True):
        tag = sign if sign.endswith(".") else r"\(bu"
        yield f".IP {tag} 4\n{_prose(item)}"


def _rows(table: str) -> Iterator[str]:
    for line in table.splitlines()[2:]:
        tag, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        yield roff.entry(" ".join(_prose(tag).splitlines()), _prose("; ".join(cells)))


def _prose(text: str) -> str:
    return roff.prose(_LINK.sub(r"\1", text))
