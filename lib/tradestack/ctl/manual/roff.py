r"""Text → roff, the language of man pages (groff_man(7)).

Prose is broken after sentences and before column 78. A word like `--option` or `code` is shown in
bold, with hyphens that can be copied into a shell.
"""

import re
import textwrap

INPUT_COLUMNS = 78  # mandoc recommends that no line is longer than 80
_ESCAPED = {"\\": r"\e", "^": r"\(ha", "~": r"\(ti", "`": r"\(ga"}
_VERBATIM = {**_ESCAPED, "-": r"\-", "'": r"\(aq"}
_MARKED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*|(?<![\w-])(--?[a-z][\w-]*)")
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)\]}P][.!?]) (?=[A-Z\\])")


def prose(text: str) -> str:
    """Text of one paragraph → filled lines. Marks are those of Markdown: `code`, **bold**, *italic*."""
    sentences = _SENTENCE_END.split(_marked(" ".join(text.split())))
    lines = [line for sentence in sentences for line in _wrapped(sentence)]
    return "\n".join(map(_guarded, lines))


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
    lines = (_guarded(verbatim(line)) for line in text.splitlines())
    return "\n".join([".EX", *lines, ".EE"])


def entry(tag: str, *texts: str) -> str:
    """Return an entry of a list: a tag in roff, and below it paragraphs in roff."""
    first, *others = texts or ("",)
    lines = [".TP", _guarded(tag), *([first] if first else [])]
    for other in others:
        lines += [".IP", other]
    return "\n".join(lines)


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
    return textwrap.wrap(
        sentence, INPUT_COLUMNS, break_long_words=False, break_on_hyphens=False
    )


def _guarded(line: str) -> str:
    """Keep a line from being taken for a request."""
    return rf"\&{line}" if line.startswith((".", "'")) else line


def _argument(text: str) -> str:
    return text.replace('"', r"\(dq")
