"""The three daemons, run by `tradestackctl up` in the background."""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Self

from tests.kit.state_directory import StateDirectory
from tradestack.ctl.main import run
from tradestack.ctl.running_daemons import RunningDaemons
from tradestack.net.control.client import ControlClient

TRADESTACKCTL = str(Path(sys.executable).with_name("tradestackctl"))
READY_MARK = b"to look inside"  # in the line that `up` prints when all daemons are ready
DIRECTORY_MARK = b"--runtime-dir "  # before the directory of the control sockets
DEADLINE_S = 120.0
POLL_S = 0.02


class Stack:
    """A context manager that is entered when all daemons are ready."""

    def __init__(self, *arguments: str | Path, within: Sequence[str] = ()) -> None:
        """Take the arguments of `up`, and a command that runs it, such as in another namespace."""
        self._command = [*within, TRADESTACKCTL, "up", "--verbose", *map(str, arguments)]
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with self._open:
            self._stdout = self._open.enter_context(tempfile.TemporaryFile())
            self._stderr = self._open.enter_context(tempfile.TemporaryFile())
            self._start()
            self._open = self._open.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._terminate()
        self.end()
        self._open.close()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            self._command, stdout=self._stdout, stderr=subprocess.PIPE, bufsize=0
        )
        assert self.process.stderr is not None
        self._open.enter_context(self.process.stderr)
        self._open.callback(self._terminate)
        self.runtime = self._await_ready()
        self.files = StateDirectory(self.runtime.parent)
        self.daemons = RunningDaemons(self.runtime)
        # The pipe must not fill up while the tests run.
        self._drain = subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=self._stderr)

    def _terminate(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(DEADLINE_S)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end of `up`; return exit status, stdout and stderr."""
        status = self.process.wait(DEADLINE_S)
        self._drain.wait(DEADLINE_S)
        return status, _text(self._stdout), _text(self._stderr)

    def stats_at_end(self) -> dict[str, Any]:
        """Wait for the end of `up --json`; return the stats that it printed."""
        status, stdout, stderr = self.end()
        assert status == 0, stderr
        stats: dict[str, Any] = json.loads(stdout)
        return stats

    def wait_for(self, text: str, *, count: int) -> None:
        """Return when `up` and its daemons have written this text `count` times."""
        for _ in range(int(DEADLINE_S / POLL_S)):
            if _text(self._stderr).count(text) >= count:
                return
            assert self.process.poll() is None, _text(self._stderr)
            select.select([], [], [], POLL_S)
        raise AssertionError(f"{text!r} is not written: {_text(self._stderr)}")

    def written(self) -> str:
        """Return what `up` and its daemons have written to stderr so far."""
        return _text(self._stderr)

    def call(
        self, daemon: str, method: str, parameters: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call a method of a daemon."""
        with ControlClient(self.files.control(daemon)) as client:
            return client.call(method, parameters)

    def pid_of(self, daemon: str) -> int:
        """Return the process id that a daemon reports."""
        pid: int = self.call(daemon, "io.tradestack.Daemon.GetStats")["stats"]["pid"]
        return pid

    def ctl(self, *arguments: str) -> int:
        """Run a verb in this process and return its exit status."""
        return run([*arguments, "--runtime-dir", str(self.runtime)])

    def _await_ready(self) -> Path:
        assert self.process.stderr is not None
        while line := self.process.stderr.readline():
            self._stderr.write(line)
            self._stderr.flush()
            if READY_MARK in line:
                return Path(line.partition(DIRECTORY_MARK)[2].split()[0].decode())
        raise AssertionError(f"`up` ended before it was ready: {_text(self._stderr)}")


def _text(file: BinaryIO) -> str:
    """Read a file whose offset another process uses."""
    descriptor = file.fileno()
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()
