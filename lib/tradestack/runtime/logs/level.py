"""The log levels by the names that config and control socket use."""

import enum
import logging


class LogLevel(enum.Enum):
    """The least severe level that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def number(self) -> int:
        """The standard library's number of the level."""
        return logging.getLevelNamesMapping()[self.name]
