"""Markdown as the topics are written in → the sections of a page in roff.

It has a title, sections (##) and subsections (###), paragraphs, lists, tables whose first column
names what the others explain, and blocks of code.
"""

import re
from collections.abc import Iterator

from tradestack.ctl.manual import roff

_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_ITEM = re.compile(r"^(?:[-*]|\d+\.) ", re.MULTILINE)


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
        parts.append(roff.example(block[1]))
        end = block.end()
    return roff.joined([*parts, *_paragraphs(text[end:])])


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in filter(None, re.split(r"\n\s*\n", text.strip("\n"))):
        if paragraph.startswith("### "):
            yield roff.macro("SS", paragraph.removeprefix("### "))
        elif paragraph.startswith("|"):
            yield from _rows(paragraph)
        elif _ITEM.match(paragraph):
            yield from (f".IP \\(bu 2\n{_prose(item)}" for item in _ITEM.split(paragraph)[1:])
        else:
            yield _prose(paragraph)


def _rows(table: str) -> Iterator[str]:
    for line in table.splitlines()[2:]:
        tag, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        yield roff.entry(_prose(tag), _prose("; ".join(cells)))


def _prose(text: str) -> str:
    return roff.prose(_LINK.sub(r"\1", text))
