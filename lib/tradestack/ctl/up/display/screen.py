"""The output of `up` for people: lines, and on a terminal the state of the run below them.

Everything goes to stderr; stdout is reserved for the result. On a terminal no line is longer than
its width, warnings and orders have colours (unless $NO_COLOR is set), and the last row shows the
state of the run.
"""

import os
import re
import sys
import textwrap
from collections.abc import Mapping
from typing import TextIO

COLUMNS_UNKNOWN = 80  # of a terminal that does not tell its width
COLUMNS_MIN = 6  # a narrower terminal wraps the rows itself
INDENT = "    "  # of what follows the first row of a folded line

_CLEAR_LINE = "\r\x1b[K"
_RESET = "\x1b[0m"
_RED, _GREEN, _YELLOW = "\x1b[31m", "\x1b[32m", "\x1b[33m"
_COLOURS: Mapping[str, str] = {
    "warning": _YELLOW,
    "error": _RED,
    "critical": _RED,
    "BUY": _GREEN,
    "SELL": _RED,
}
# A line of a daemon's log: time, level, text (runtime.logs.handler).
_LOG_LINE = re.compile(r"\S+Z (debug|info|warning|error|critical) +(.*)")
_QUIET_LEVELS = ("debug", "info")
_COLOURED_WORD = re.compile(rf"\b({'|'.join(_COLOURS)})\b")


class Screen:
    """Writes to a stream; is_verbose: also what the daemons log about their normal work."""

    def __init__(self, stream: TextIO = sys.stderr, *, is_verbose: bool = False) -> None:
        self._stream = stream
        self._is_verbose = is_verbose
        self.is_terminal = stream.isatty()
        self._has_colours = (
            self.is_terminal
            and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM", "dumb") != "dumb"
        )
        self._status = ""

    @property
    def columns(self) -> int:
        """How many characters a row has room for; the last column is left free."""
        if not self.is_terminal:
            return COLUMNS_UNKNOWN - 1
        columns = os.get_terminal_size(self._stream.fileno()).columns or COLUMNS_UNKNOWN
        return max(columns, COLUMNS_MIN) - 1

    def daemon_line(self, name: str, text: str) -> None:
        """Write a line of a daemon's output, unless it is of no interest."""
        if self._is_verbose:
            self._write_folded(f"{name:>16} | {text}")
            return
        logged = _LOG_LINE.fullmatch(text)
        if logged is None:
            self._write_folded(f"{name}: {text}")
        elif logged[1] not in _QUIET_LEVELS:
            self._write_folded(f"{name}: {logged[1]}: {logged[2]}")

    def line(self, text: str) -> None:
        """Write a line of `up` itself."""
        self._write_folded(text)

    def command(self, purpose: str, *words: str) -> None:
        """Write a command that can be copied: where it is too long, its rows end with a `\\`."""
        text = f"{purpose}: {' '.join(words)}"
        if self.is_terminal and len(text) > self.columns:
            text = f"{purpose}:\n{INDENT}" + f" \\\n{INDENT}".join(words)
        self._write(f"{text}\n")

    def status(self, text: str) -> None:
        """Replace the state of the run; do nothing unless the stream is a terminal."""
        if self.is_terminal:
            self._status = text[: self.columns]
            self._write("")

    def close(self) -> None:
        """Remove the state of the run."""
        self._status = ""
        self._write("")

    def _write_folded(self, text: str) -> None:
        if self.is_terminal:
            text = "\n".join(
                textwrap.wrap(
                    text,
                    self.columns,
                    subsequent_indent=INDENT,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )
        if self._has_colours:
            text = _COLOURED_WORD.sub(lambda word: f"{_COLOURS[word[0]]}{word[0]}{_RESET}", text)
        self._write(f"{text}\n")

    def _write(self, lines: str) -> None:
        if self.is_terminal:
            lines = f"{_CLEAR_LINE}{lines}{self._status}"
        self._stream.write(lines)
        self._stream.flush()
