"""A stack of real daemons for the tests of the verbs that query and control them."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tradestack.ctl.main import run
from tradestack.ctl.running_daemons import RunningDaemons

TRADESTACKCTL = str(Path(sys.executable).parent / "tradestackctl")


@dataclass(frozen=True)
class Stack:
    """A running stack and its state directory."""

    directory: Path

    @property
    def daemons(self) -> RunningDaemons:
        return RunningDaemons(self.directory / "run")

    def ctl(self, *arguments: str) -> int:
        """Run a verb in this process and return its exit status."""
        return run([*arguments, "--runtime-dir", str(self.directory / "run")])


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The sample session at 500 ticks a second, running until the last test of the package."""
    directory = tmp_path_factory.mktemp("stack")
    command = [TRADESTACKCTL, "up", "--state-dir", str(directory), "--pace", "500/s"]
    lines: list[str] = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:  # ends if the process does
            lines.append(line)
            if "--runtime-dir" in line:
                break
        else:
            pytest.fail("".join(lines))
        # The pipe must not fill up while the tests run.
        drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
        yield Stack(directory)
        process.terminate()
        assert process.wait() == 0
        drain.wait()
