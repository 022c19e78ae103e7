"""A systemctl that answers from files, and notes what it is told to do."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tradestack.ctl.installation import installation

SYSTEMCTL = """\
#!/bin/sh
cd "{directory}" || exit 1
[ "$1" != --user ] || shift
if [ "$1" = show ]; then
    exec cat "${{3#--property=}}:$4" 2>/dev/null
fi
echo "$*" >>commands
[ ! -e "fail:$1" ]
"""


@dataclass(frozen=True, slots=True)
class FakeSystemd:
    """The directory of its files."""

    directory: Path

    @classmethod
    def in_place(cls, directory: Path, monkeypatch: pytest.MonkeyPatch) -> "FakeSystemd":
        """Put it into the place of the host's."""
        files = directory / "systemd"
        files.mkdir()
        program = files / "systemctl"
        program.write_text(SYSTEMCTL.format(directory=files))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{files}:/usr/bin:/bin")
        monkeypatch.setattr(installation, "SYSTEMD_RUNS", files)
        return cls(files)

    def relate(self, name: str, unit: str, *values: str) -> None:
        """Give a unit a property."""
        (self.directory / f"{name}:{unit}").write_text(" ".join(values))

    def fail(self, command: str) -> None:
        """Let a command fail."""
        (self.directory / f"fail:{command}").touch()

    def commands(self) -> list[str]:
        """List what it was told to do."""
        path = self.directory / "commands"
        return path.read_text().splitlines() if path.exists() else []
