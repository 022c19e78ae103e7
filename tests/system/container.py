"""A container of a Debian release in which systemd boots and the cases run.

A oneshot unit runs the cases, which write one line of JSON each, then shuts the container down.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.system.copy_of_release import PIP_ENVIRONMENT, boot, copy_of, remove_copy
from tests.system.releases import CACHE, Release

RUN_SECONDS_MAX = 2700  # several times what the cases take, for a container that hangs
STOP_SECONDS_MAX = 20
NAME = "cases.service"
UNIT = """\
[Unit]
Description=system tests of tradestack
After=multi-user.target

[Service]
Type=oneshot
Environment={pip} LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
WorkingDirectory=/root/tradestack
ExecStart=/usr/bin/python3 -m tests.system.cases {sequence} {codename} /results.jsonl
ExecStopPost=-/bin/sh -c 'journalctl --no-pager -o short-precise > /journal.txt'
ExecStopPost=/bin/systemctl exit 0 --no-block
TimeoutStartSec=infinity
"""


@dataclass(slots=True)
class Container:
    """A booted release; `results` waits until it has shut down."""

    release: Release
    sequence: str
    directory: Path
    process: "subprocess.Popen[bytes]"
    collected: dict[str, dict[str, Any]] = field(default_factory=dict)

    def results(self) -> dict[str, dict[str, Any]]:
        """Return the result of each case by its name."""
        if not self.collected:
            self.process.wait(RUN_SECONDS_MAX)
            self._keep_logs()
            lines = (self.directory / "results.jsonl").read_text().splitlines()
            self.collected = {case["name"]: case for case in map(json.loads, lines)}
        return self.collected

    def remove(self) -> None:
        """Stop and delete the container; keep its journal and console output."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._keep_logs()
        remove_copy(self.directory)

    def log_directory(self) -> Path:
        """Return the directory of the journal and console output of the last run."""
        return CACHE / f"last-{self.sequence}-{self.release.codename}"

    def _keep_logs(self) -> None:
        kept = self.log_directory()
        kept.mkdir(exist_ok=True)
        for name in ("journal.txt", "results.jsonl", "console.txt"):
            if (self.directory / name).exists():
                shutil.copy(self.directory / name, kept / name)


def run_cases(release: Release, sequence: str, *options: str) -> Container:
    """Start a sequence of cases on the release and return at once; options are systemd-nspawn's."""
    unit = UNIT.format(sequence=sequence, codename=release.codename, pip=PIP_ENVIRONMENT)
    directory = copy_of(release, {NAME: unit})
    wanted = directory / "etc/systemd/system/multi-user.target.wants"
    wanted.mkdir(exist_ok=True)
    (wanted / NAME).symlink_to(f"../{NAME}")
    return Container(release, sequence, directory, boot(release, directory, *options))
