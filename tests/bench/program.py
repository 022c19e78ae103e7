"""A child process that prints "ready", waits for "go", and answers with one line of JSON.

Every measuring program except the daemons works like that, in Python and in C, so that all of a
measurement are connected before any of them begins.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, Self

from tests.bench.faults import NotMeasured

ANSWER_DEADLINE_S = 180.0
EXIT_DEADLINE_S = 5.0


class Program:
    """A child process; it is killed at the end of the `with` block if it still runs."""

    def __init__(self, argv: Sequence[str], prefix: Sequence[str] = ()) -> None:
        self.name = " ".join(argv[-6:])
        self._process = subprocess.Popen(
            [*prefix, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._buffer = b""
        self._has_answered = False

    @classmethod
    def of_module(cls, module: str, *arguments: object, prefix: Sequence[str] = ()) -> Self:
        """Start a program of tests.bench.peers."""
        argv = [sys.executable, "-m", f"tests.bench.peers.{module}", *map(str, arguments)]
        return cls(argv, prefix)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._has_answered:  # it ends by itself, and removes what it has in shared memory
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(EXIT_DEADLINE_S)
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    @property
    def pid(self) -> int:
        """The process id of the child."""
        return self._process.pid

    def wait_ready(self) -> list[str]:
        """Return the words after "ready". Raises NotMeasured."""
        words = self._line().split()
        if not words or words[0] != "ready":
            raise NotMeasured(f"{self.name} said {words!r} instead of being ready")
        return words[1:]

    def go(self) -> None:
        """Let the child begin. Raises NotMeasured."""
        self.say("go")

    def say(self, line: str) -> None:
        """Send a line to the child. Raises NotMeasured."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise NotMeasured(f"{self.name} has ended") from None

    def answer(self) -> dict[str, Any]:
        """Return the result. Raises NotMeasured."""
        line = self._line()
        self._has_answered = True
        try:
            return dict(json.loads(line))
        except ValueError:
            raise NotMeasured(f"{self.name} answered {line!r}") from None

    def is_silent(self, seconds: float) -> bool:
        """Return whether the child prints nothing for `seconds`."""
        assert self._process.stdout is not None
        return not self._buffer and not select.select([self._process.stdout], [], [], seconds)[0]

    def _line(self) -> str:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        deadline_s = time.monotonic() + ANSWER_DEADLINE_S
        while b"\n" not in self._buffer:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not select.select([descriptor], [], [], left_s)[0]:
                raise NotMeasured(f"{self.name} said nothing for {ANSWER_DEADLINE_S:g} s")
            chunk = os.read(descriptor, 1 << 16)
            if not chunk:
                raise NotMeasured(f"{self.name} ended with {self._process.wait()}")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()


def wait_for_go() -> None:
    """In the child: print "ready" and return when the parent sends "go"."""
    print("ready", flush=True)
    if sys.stdin.readline() != "go\n":
        sys.exit(1)


def answer(**values: object) -> None:
    """In the child: print the result."""
    print(json.dumps(values), flush=True)
