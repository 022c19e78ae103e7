"""A program on a terminal of its own, and what a person saw there."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from typing import Self

DEADLINE_S = 120.0
READ_BYTES = 64 << 10

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A context manager: the program runs with its three streams on a pseudo-terminal."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.shown = ""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],  # so that Ctrl-C is a signal
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", **(environment or {})},
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.end()
        os.close(self._master)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def answer(self, question: str, keys: str) -> None:
        """Press the keys when the question is shown; return as well if the program ends before."""
        while question not in self.shown:
            if not self._read():
                return
        self.type(keys)

    def wait_for(self, text: str) -> None:
        """Return when the text was shown."""
        while text not in self.shown:
            if not self._read():
                raise AssertionError(f"{text!r} was not shown: {self.shown}")

    def end(self) -> int:
        """Read until the program ends; return its exit status."""
        while self._read():
            pass
        return self.process.wait(DEADLINE_S)

    @property
    def lines(self) -> list[str]:
        """All rows that were shown, also those that were replaced, without escape sequences."""
        return [_ESCAPE.sub("", line) for line in re.split(r"[\r\n]+|\x1b\[H", self.shown)]

    @property
    def remaining(self) -> list[str]:
        """The rows that can be read at the end: without what was replaced in its row."""
        rows = _ESCAPE.sub("", self.shown).replace("\r\n", "\n").split("\n")
        return [row.rpartition("\r")[2] for row in rows]

    def _read(self) -> bool:
        if not select.select([self._master], [], [], DEADLINE_S)[0]:
            raise AssertionError(f"nothing more is shown: {self.shown}")
        try:
            data = os.read(self._master, READ_BYTES)
        except OSError:  # EIO: the program has closed its side
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)
