"""What a document shows of the output of a command, as a pattern of what is printed."""

import re
from collections.abc import Sequence

ANY_LINES = "…"
# How words that may be others are found, and what may be there; the first that fits is taken.
ANYTHING = ("…", r"[^\n]*")
DURATION = (r"(?:[\d.]+ (?:ms|s|min|h|d)\b ?)+", r"(?:[\d.]+ (?:ms|s|min|h|d)\b ?)+")
FIGURE = (r"[\w.,:]*\d[\w.,:]*", r"[\w.,:]*\d[\w.,:]*")
CAPITALS = (r"\b[A-Z]{2,5}\b", r"[A-Z]{2,5}")
SPACE = (r"\s+", r"[^\S\n]+")


def shape(lines: Sequence[str]) -> str:
    """Return the pattern of what is printed like these lines, one after the other.

    Figures, durations and spaces may be others, and words in capitals in a line that has figures.
    `…` is anything; alone on a line, any number of lines.
    """
    patterns = ["(?:.*\n)*?" if line == ANY_LINES else f"{_shape(line)}$\n" for line in lines]
    return "^" + "".join(patterns).removesuffix("\n")


def _shape(line: str) -> str:
    has_figures = re.search(r"\d", line) is not None
    kinds = [ANYTHING, DURATION, FIGURE, *([CAPITALS] if has_figures else []), SPACE]
    pattern, end = "", 0
    for word in re.finditer("|".join(f"({found})" for found, _ in kinds), line):
        assert word.lastindex is not None
        pattern += re.escape(line[end : word.start()]) + kinds[word.lastindex - 1][1]
        end = word.end()
    return pattern + re.escape(line[end:])
