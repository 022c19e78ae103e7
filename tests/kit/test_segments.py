"""What tests leave in /dev/shm."""

import os
import subprocess
from pathlib import Path

from tests.kit.segments import new_suffix, remove_segments


def test_segments_of_killed_runs_are_removed(tmp_path: Path) -> None:
    """Those of runs that go on stay, and so does what no test has made."""
    with subprocess.Popen(["true"]) as killed:
        pass
    left = tmp_path / f"tradestack-test-{killed.pid}-stack-0"
    (left / "prices").mkdir(parents=True)
    own = tmp_path / f"tradestack{new_suffix()}"
    own.touch()
    others = [tmp_path / "tradestack", tmp_path / f"tradestack-test-{os.getppid()}-1"]
    for path in others:
        path.touch()

    remove_segments(tmp_path, ending=None)
    assert sorted(tmp_path.iterdir()) == sorted([own, *others])

    remove_segments(tmp_path, ending=os.getpid())
    assert sorted(tmp_path.iterdir()) == sorted(others)
