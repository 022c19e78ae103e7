"""The lines that are logged while a test runs."""

import contextlib
import logging
from collections.abc import Iterator

from tests.fuzz.target import assert_one_line


class LogLines(logging.Handler):
    """A logging handler that keeps each line and checks that it is a single one."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record's text; raise AssertionError, which logging would swallow otherwise."""
        text = record.getMessage()
        assert_one_line(text, length_max=8_192)
        self.lines.append(text)


@contextlib.contextmanager
def logged() -> Iterator[list[str]]:
    """Collect the lines that are logged inside the with block."""
    handler = LogLines()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
