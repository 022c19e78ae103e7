"""A whole stack of real daemons for the verbs that ask them."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tradestack.ctl.main import run
from tradestack.ctl.up.running_daemons import RunningDaemons

TRADESTACKCTL = str(Path(sys.executable).parent / "tradestackctl")


@dataclass(frozen=True)
class Stack:
    """A running stack and the directory that `up` keeps it in."""

    directory: Path

    @property
    def daemons(self) -> RunningDaemons:
        return RunningDaemons(self.directory / "run")

    def ctl(self, *arguments: str) -> int:
        """Runs a verb in this process; its exit status."""
        return run([*arguments, "--runtime-dir", str(self.directory / "run")])


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shipped sample session at 500 ticks a second, until the last test here has run."""
    directory = tmp_path_factory.mktemp("stack")
    command = [TRADESTACKCTL, "up", "--state-dir", str(directory), "--pace", "500/s"]
    said: list[str] = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:  # ends when it dies
            said.append(line)
            if "--runtime-dir" in line:
                break
        else:
            pytest.fail("".join(said))
        # Nobody reads on: the pipe must not fill while the tests run.
        drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
        yield Stack(directory)
        process.terminate()
        assert process.wait() == 0
        drain.wait()
