"""log lines and one summary → stderr: on a terminal the summary stays below the lines."""

import os
import sys
from typing import TextIO

_CLEAR_LINE = "\r\x1b[K"


class Screen:
    """Writes for people; never to stdout, which belongs to the result."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()
        self._summary = ""

    def line(self, name: str, text: str) -> None:
        """A line of a daemon, or of `up` itself."""
        self._write(f"{name:>16} | {text}\n")

    def summarise(self, text: str) -> None:
        """Replaces the summary; elsewhere than on a terminal nothing is shown."""
        if self.is_terminal:
            self._summary = text
            self._write("")

    def close(self) -> None:
        """Leaves no summary behind."""
        self._summary = ""
        self._write("")

    def _write(self, line: str) -> None:
        if not self.is_terminal:
            self._stream.write(line)
        else:  # a summary of more than one row could not be cleared again
            columns = os.get_terminal_size(self._stream.fileno()).columns
            self._stream.write(f"{_CLEAR_LINE}{line}{self._summary[: columns - 1]}")
        self._stream.flush()
