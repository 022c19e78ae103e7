"""what the project logs → lines to look at."""

import contextlib
import logging
from collections.abc import Iterator

from tests.fuzz.target import assert_one_line


class LogLines(logging.Handler):
    """Keeps each line, and insists that it is one."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """A record's text. What it asserts must not be swallowed by logging, so it may raise."""
        text = record.getMessage()
        assert_one_line(text, length_max=8_192)
        self.lines.append(text)


@contextlib.contextmanager
def logged() -> Iterator[list[str]]:
    """The lines of warnings and errors logged meanwhile."""
    handler = LogLines()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
