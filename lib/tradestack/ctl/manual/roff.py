r"""Text → roff, the language of man pages (groff_man(7)).

Prose is broken after sentences and before column 78. A word like `--option` or `code` is shown in
bold, with hyphens that can be copied into a shell.
"""

import re
import textwrap
from collections.abc import Iterable

INPUT_COLUMNS = 78  # mandoc recommends that no line is longer than 80
_STARTS = (".SS", ".TP", ".TQ", ".IP")  # what begins a paragraph by itself
_ESCAPED = {"\\": r"\e", "^": r"\(ha", "~": r"\(ti", "`": r"\(ga"}
_VERBATIM = {**_ESCAPED, "-": r"\-", "'": r"\(aq"}
_MARKED = re.compile(
    r"`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*|(?<![\w-])(--?[a-z][\w-]*)"
)
_SENTENCE_END = re.compile(r"""(?<=[a-z0-9)\]}P"][.!?]) (?=[A-Z\\"])""")


def prose(text: str) -> str:
    """Text of one paragraph → filled lines; `code`, **bold** and *italic* are as in Markdown."""
    sentences = _SENTENCE_END.split(_marked(" ".join(text.split())))
    lines = [line for sentence in sentences for line in _wrapped(sentence)]
    return "\n".join(map(guarded, lines))


def bold(text: str) -> str:
    """Text that is typed as it stands → bold."""
    return rf"\fB{verbatim(text)}\fP"


def italic(text: str) -> str:
    """What stands for something else → italic."""
    return rf"\fI{verbatim(text)}\fP"


def verbatim(text: str) -> str:
    """Text → the same characters, whatever they are."""
    return "".join(_VERBATIM.get(character, character) for character in text)


def macro(name: str, *arguments: str) -> str:
    """Return the line of a macro, whose arguments may have spaces."""
    quoted = (f'"{_argument(argument)}"' for argument in arguments)
    return " ".join([f".{name}", *quoted])


def example(text: str) -> str:
    """Lines → the same lines, which are not filled."""
    lines = (guarded(verbatim(line)) for line in text.splitlines())
    return "\n".join([".EX", *lines, ".EE", ".nh"])  # .EE has words divided again


def entry(tag: str, text: str) -> str:
    """Return an entry of a list: a tag in roff, and below it a text in roff."""
    return "\n".join([".TP", guarded(tag), *([text] if text else [])])


def joined(parts: Iterable[str]) -> str:
    """Return paragraphs, entries and headings below each other."""
    lines: list[str] = []
    for part in parts:
        if lines and not part.startswith(_STARTS) and not lines[-1].startswith(".SS"):
            lines.append(".PP")
        lines.append(part)
    return "\n".join(lines)


def guarded(line: str) -> str:
    """Keep a line from being taken for a request."""
    return rf"\&{line}" if line.startswith((".", "'")) else line


def _marked(text: str) -> str:
    shown, end = "", 0
    for mark in _MARKED.finditer(text):
        shown += _plain(text[end : mark.start()])
        code, strong, emphasis, option = mark.groups()
        shown += italic(emphasis) if emphasis else bold(code or strong or option)
        end = mark.end()
    return shown + _plain(text[end:])


def _plain(text: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in text)


def _wrapped(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, INPUT_COLUMNS, break_long_words=False, break_on_hyphens=False)


def _argument(text: str) -> str:
    return text.replace('"', r"\(dq")
