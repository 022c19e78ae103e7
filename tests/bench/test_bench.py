"""The benchmarks as a test: every row can be measured, and every message is counted."""

import os
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run")


def test_every_row_can_be_measured() -> None:
    """All rows run in small, beside their peers, and no message is lost or repeated."""
    if os.geteuid() != 0 and not os.environ.get("CI"):
        pytest.skip("one of the rows boots a container, which needs root")

    finished = subprocess.run(
        [RUN, "--quick", "--check"], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
