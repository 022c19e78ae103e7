"""The output of a soak while it runs: one line of progress on a terminal.

    undisturbed: 28 % | 60,000 ticks/s | 3 orders | 10,053 ticks
    kill 3 of 25: 28 %, 52 s left | 722 ticks/s | 3 orders | 10,053 ticks

What `up` and the daemons write is shown with --verbose; else the last of it, if a daemon dies.
"""

import sys
from collections import deque
from typing import TextIO

from tradestack.ctl.up.display.screen import Screen

LINES_KEPT = 60


class SoakScreen(Screen):
    """The screen of one run. phase: what is done in it."""

    def __init__(
        self, phase: str, stream: TextIO = sys.stderr, *, is_verbose: bool = False
    ) -> None:
        super().__init__(stream, is_verbose=is_verbose)
        self.phase = phase
        self._shows_all = is_verbose
        self._last: deque[tuple[str, str]] = deque(maxlen=LINES_KEPT)

    @property
    def columns(self) -> int:
        """How many characters a row has room for after the phase."""
        return max(super().columns - len(self._prefix), 1)

    def daemon_line(self, name: str, text: str) -> None:
        """Keep a line of a daemon's output."""
        if self._shows_all:
            super().daemon_line(name, text)
        else:
            self._last.append((name, text))

    def line(self, text: str) -> None:
        """Write a line of `up` itself with --verbose only."""
        if self._shows_all:
            super().line(text)

    def command(self, purpose: str, *words: str) -> None:
        """Write a command with --verbose only."""
        if self._shows_all:
            super().command(purpose, *words)

    def status(self, text: str) -> None:
        """Replace the state of the run, which is shown after the phase."""
        if self.is_terminal:
            self._status = f"{self._prefix}{text}"[: super().columns] if text else ""
            self._write("")

    def show_last(self) -> None:
        """Write the kept log lines about problems, and the output of the strategy."""
        for name, text in self._last:
            super().daemon_line(name, text)
        self._last.clear()

    @property
    def _prefix(self) -> str:
        return f"{self.phase}: "
