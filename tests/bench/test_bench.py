"""The benchmarks as a test: every row can be measured, and every message is counted."""

import os
import subprocess
from pathlib import Path

from tests.system.copy_of_release import what_is_missing

RUN = Path(__file__).with_name("run")


def test_every_row_can_be_measured() -> None:
    """All rows run with small sizes beside their peers, and no message is lost or repeated."""
    rows = subprocess.run(
        [RUN, "--list"], capture_output=True, text=True, check=True
    ).stdout.split()
    if what_is_missing() and not os.environ.get("CI"):
        rows.remove("systemd")

    finished = subprocess.run(
        [RUN, "--quick", "--check", *rows], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
