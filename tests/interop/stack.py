"""`tradestackctl up` in the background: the three daemons, with their files in one directory."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

COMMAND = str(Path(sys.executable).with_name("tradestackctl"))
DEADLINE_S = 60.0


class Stack:
    """Runs in the `with` block, which begins when it is ready."""

    def __init__(self, directory: Path, *arguments: str, within: Sequence[str] = ()) -> None:
        """within: the command that runs `up` in another network namespace."""
        self._directory = directory
        self._command = [*within, COMMAND, "up", *arguments, "--state-dir", str(directory)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [*self._command, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        said = []
        for line in self._process.stderr:
            if "--runtime-dir" in line:
                return self
            said.append(line)
        raise AssertionError("".join(said))

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def password(self) -> str:
        """Return the password of the strategy's user."""
        return (self._directory / "credentials" / "news" / "password").read_text().strip()

    def port(self, daemon: str) -> int:
        """Return the port on which a daemon listens."""
        config = tomllib.loads((self._directory / "etc" / f"{daemon}.toml").read_text())
        return int(config["listen"].rpartition(":")[2])

    def control(self, daemon: str) -> Path:
        """Return the path of a daemon's control socket."""
        return self._directory / "run" / f"{daemon}.sock"

    def wait(self) -> dict[str, Any]:
        """Wait for the end, which must be successful; return all stats."""
        stats, complaints = self._process.communicate(timeout=DEADLINE_S)
        assert self._process.returncode == 0, complaints
        told: dict[str, Any] = json.loads(stats)
        return told
