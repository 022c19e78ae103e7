"""The log of a daemon: lines, or entries of the systemd journal.

    stderr of a terminal, file or pipe    2026-11-22T09:00:00.123456Z warning  login rejected user=x
    stderr of the journal                 <4>login rejected user=x
    events, where there is a journald     a native entry: MESSAGE_ID and a field for each value
    --daemonize, stderr is not a file     the line, to /dev/log

Changes in a daemon or a session are logged, never a message of the data path; so all of this is
synchronous. An event that journald does not take is written as a line.
"""

import contextlib
import enum
import logging
import os
import socket
import sys

from tradestack.domain.times import format_utc
from tradestack.observe.events import RESOLVING, Event
from tradestack.runtime.logs.journald import JournalSocket
from tradestack.runtime.logs.level import LogLevel
from tradestack.runtime.process.output import discard_output

SYSLOG_SOCKET = "/dev/log"
LINE_LENGTH_MAX = 8192  # characters of one record; the rest is cut off

_OWN_LOGGERS = "tradestack"
_FACILITY_DAEMON = 3 << 3  # syslog(3)
_PRIORITIES = {
    logging.CRITICAL: 2,
    logging.ERROR: 3,
    logging.WARNING: 4,
    logging.INFO: 6,
    logging.DEBUG: 7,
}


class Destination(enum.Enum):
    """Who reads the lines."""

    PEOPLE = "people"
    JOURNAL = "journal"
    SYSLOG = "syslog"


class Logs(logging.Handler):
    """The only log handler of the process; keeps the last error until it is resolved."""

    def __init__(self, identifier: str, destination: Destination) -> None:
        super().__init__()
        self.last_error: str | None = None
        self._last_error_event: Event | None = None
        self.threshold = LogLevel.INFO
        self._identifier = identifier
        self._destination = destination
        self._connect()

    def _connect(self) -> None:
        is_for_people = self._destination is Destination.PEOPLE
        is_for_syslog = self._destination is Destination.SYSLOG
        self._journal = None if is_for_people else _connect_journal()
        self._syslog = _connect_syslog() if is_for_syslog else None
        self._is_open = True

    def install(self, level: LogLevel) -> None:
        """Become the handler of every logger of the process."""
        logging.getLogger().handlers = [self]
        if RESOLVING.level != logging.DEBUG:
            RESOLVING.setLevel(logging.DEBUG)
        self.set_threshold(level)

    def install_again(self) -> None:
        """Undo what a strategy has set up for itself: handlers, levels, disabled loggers.

        What is as it should be is left alone: each change makes `logging` forget what every logger
        does, and this is done every second.
        """
        if not self._is_open:
            self._connect()
        if logging.root.manager.disable != logging.NOTSET:
            logging.disable(logging.NOTSET)
        for logger in list(logging.Logger.manager.loggerDict.values()):
            if isinstance(logger, logging.Logger) and logger.name.startswith(_OWN_LOGGERS):
                logger.disabled = False
        self.install(self.threshold)

    def set_threshold(self, level: LogLevel) -> None:
        """Log this level and more severe ones from now on."""
        self.threshold = level
        if logging.root.level != level.number:
            logging.root.setLevel(level.number)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a reader that is gone must not end the daemon."""
        event: Event | None = getattr(record, "event", None)
        if event is not None and self._last_error_event in event.resolves:
            self.last_error = self._last_error_event = None
        if record.levelno < self.threshold.number:
            return
        try:
            text = _text_of(record)
        except Exception:  # logging reports a wrong format string itself, with its place
            self.handleError(record)
            return
        if record.levelno >= logging.ERROR:
            self.last_error = f"{_time_of(record)} {text.splitlines()[0] if text else ''}"
            self._last_error_event = event
        if not self._enter_event(record, event, text):
            self._write_line(record, text)

    def close(self) -> None:
        """Close the sockets."""
        for channel in (self._journal, self._syslog):
            if channel is not None:
                channel.close()
        self._is_open = False
        super().close()

    def _enter_event(self, record: logging.LogRecord, event: Event | None, text: str) -> bool:
        """Return whether the record is an event that journald took."""
        if event is None or self._journal is None:
            return False
        values: dict[str, object] = getattr(record, "event_fields", {})
        fields = {name: str(value) for name, value in values.items()}
        fields |= {
            "MESSAGE": text,
            "PRIORITY": str(_priority_of(record)),
            "SYSLOG_IDENTIFIER": self._identifier,
            "MESSAGE_ID": event.message_id,
            "EVENT": event.name,
        }
        return self._journal.send(fields)

    def _write_line(self, record: logging.LogRecord, text: str) -> None:
        priority = _priority_of(record)
        if self._syslog is not None:
            line = f"<{_FACILITY_DAEMON | priority}>{self._identifier}[{os.getpid()}]: {text}"
            _send_quietly(self._syslog, line)
            return
        if self._destination is Destination.JOURNAL:
            lines = "".join(f"<{priority}>{line}\n" for line in text.splitlines())
        else:
            lines = f"{_time_of(record)} {record.levelname.lower():8} {text}\n"
        _write_quietly(lines)


def destination_of_stderr(journal_stream: str | None) -> Destination:
    """Return JOURNAL if stderr is the stream that $JOURNAL_STREAM ("device:inode") names."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        return Destination.PEOPLE  # closed, or replaced by something without a descriptor
    if journal_stream == f"{status.st_dev}:{status.st_ino}":
        return Destination.JOURNAL
    return Destination.PEOPLE


def _text_of(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info:
        text = f"{text}\n{logging.Formatter().formatException(record.exc_info)}"
    return text[:LINE_LENGTH_MAX]


def _time_of(record: logging.LogRecord) -> str:
    return format_utc(int(record.created * 1_000_000) * 1_000)


def _priority_of(record: logging.LogRecord) -> int:
    known = [level for level in _PRIORITIES if level <= record.levelno]
    return _PRIORITIES[max(known, default=logging.DEBUG)]


def _connect_journal() -> JournalSocket | None:
    try:
        return JournalSocket()
    except OSError:
        return None


def _connect_syslog() -> socket.socket | None:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        channel.settimeout(0)
        channel.connect(SYSLOG_SOCKET)
    except OSError:
        channel.close()
        return None
    return channel


def _send_quietly(channel: socket.socket, line: str) -> None:
    try:
        channel.send(line.encode("utf-8", errors="replace"))
    except OSError:
        return  # an overrun syslog loses lines, and nothing else could show them


def _write_quietly(lines: str) -> None:
    try:
        sys.stderr.write(lines)
        sys.stderr.flush()
    except BrokenPipeError:  # its reader is gone, and no exit status is to depend on it
        with contextlib.suppress(OSError):
            discard_output(sys.stderr.fileno())
    except (OSError, ValueError):
        return
