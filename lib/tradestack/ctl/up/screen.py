"""The output of `up` for people: log lines, and on a terminal a summary below them."""

import os
import sys
from typing import TextIO

_CLEAR_LINE = "\r\x1b[K"


class Screen:
    """Writes to stderr; stdout is reserved for the result."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()
        self._summary = ""

    def line(self, name: str, text: str) -> None:
        """Write a line of the named daemon, or of `up` itself."""
        self._write(f"{name:>16} | {text}\n")

    def summarise(self, text: str) -> None:
        """Replace the summary; do nothing unless the stream is a terminal."""
        if self.is_terminal:
            self._summary = text
            self._write("")

    def close(self) -> None:
        """Remove the summary."""
        self._summary = ""
        self._write("")

    def _write(self, line: str) -> None:
        if not self.is_terminal:
            self._stream.write(line)
        else:  # a summary of more than one row could not be removed again
            columns = os.get_terminal_size(self._stream.fileno()).columns
            self._stream.write(f"{_CLEAR_LINE}{line}{self._summary[: columns - 1]}")
        self._stream.flush()
