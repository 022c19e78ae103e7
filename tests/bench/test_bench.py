"""The benchmarks as a test: every row can be measured, and every message is counted."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run")
NEEDED = ("gcc", "redis-check-rdb", "taskset")


def test_every_row_can_be_measured() -> None:
    """All rows run in small, beside their peers, and no message is lost or repeated."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing and os.geteuid() != 0 and not os.environ.get("CI"):
        pytest.skip(f"not installed: {', '.join(missing)}")

    finished = subprocess.run(
        [RUN, "--quick", "--check"], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
