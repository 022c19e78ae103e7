"""release → the results of all cases, run by a systemd that boots in a container of its own.

The container is a copy of the release's tree without network (nothing outside can disturb it or be
disturbed), with a copy of this checkout in /root/tradestack and the wheelhouse in /wheels. A
oneshot unit runs the cases, which write a line of JSON each, then shuts the container down.
"""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.system.releases import CACHE, CHECKOUT, Release, prepared_tree, prepared_wheelhouse

RUN_SECONDS_MAX = 900  # far beyond what the cases take; a container that hangs must not
STOP_SECONDS_MAX = 20
NOT_COPIED = (".git", ".venv", "*cache*", "__pycache__", "*.egg-info", "build", "dist")
UNIT = """\
[Unit]
Description=system tests of tradestack
After=multi-user.target

[Service]
Type=oneshot
Environment=PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
WorkingDirectory=/root/tradestack
ExecStart=/usr/bin/python3 -m tests.system.cases {codename} /results.jsonl
ExecStopPost=-/bin/sh -c 'journalctl --no-pager -o short-precise > /journal.txt'
ExecStopPost=/bin/systemctl exit 0 --no-block
TimeoutStartSec=infinity
"""


@dataclass(slots=True)
class Container:
    """One booted release; `results` waits for its end."""

    release: Release
    directory: Path
    process: "subprocess.Popen[bytes]"
    collected: dict[str, dict[str, Any]] = field(default_factory=dict)

    def results(self) -> dict[str, dict[str, Any]]:
        """Case name → its line."""
        if not self.collected:
            self.process.wait(RUN_SECONDS_MAX)
            self._keep_logs()
            lines = (self.directory / "results.jsonl").read_text().splitlines()
            self.collected = {case["name"]: case for case in map(json.loads, lines)}
        return self.collected

    def remove(self) -> None:
        """Ends and deletes the container; its journal and console are kept."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._keep_logs()
        shutil.rmtree(self.directory)

    def log_directory(self) -> Path:
        """Where the journal and the console of the last run are."""
        return CACHE / f"last-{self.release.codename}"

    def _keep_logs(self) -> None:
        kept = self.log_directory()
        kept.mkdir(exist_ok=True)
        for name in ("journal.txt", "results.jsonl", "console.txt"):
            if (self.directory / name).exists():
                shutil.copy(self.directory / name, kept / name)


def remove_abandoned() -> None:
    """Deletes the containers of test runs that were killed."""
    for directory in CACHE.glob("run-*"):
        if not Path(f"/proc/{directory.name.split('-')[1]}").exists():
            shutil.rmtree(directory, ignore_errors=True)


def boot(release: Release) -> Container:
    """Starts the cases on the release and returns at once."""
    wheels = prepared_wheelhouse(release)
    remove_abandoned()
    directory = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-{release.codename}-", dir=CACHE))
    tree = prepared_tree(release)
    subprocess.run(["cp", "-a", "--reflink=auto", f"{tree}/.", directory], check=True)
    copied = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(CHECKOUT, directory / "root/tradestack", symlinks=True, ignore=copied)
    units = directory / "etc/systemd/system"
    (units / "cases.service").write_text(UNIT.format(codename=release.codename))
    (units / "multi-user.target.wants").mkdir(exist_ok=True)
    (units / "multi-user.target.wants/cases.service").symlink_to("../cases.service")
    (directory / "wheels").mkdir()
    command = ["systemd-nspawn", "--quiet", f"--directory={directory}", "--boot"]
    command += ["--register=no", "--keep-unit", "--private-network", f"--bind-ro={wheels}:/wheels"]
    with (directory / "console.txt").open("wb") as console:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        )
    return Container(release, directory, process)
