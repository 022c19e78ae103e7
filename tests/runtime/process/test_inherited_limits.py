"""Commands that are started with few descriptors."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


@pytest.mark.parametrize("descriptors", [8, 10, 12, 14, 20, 63])
@pytest.mark.parametrize("command", ["tradestack-gateway", "tradestackctl up --duration 1s"])
def test_start_after_ulimit_n(command: str, descriptors: int, tmp_path: Path) -> None:
    """One sentence has the limit and what to change, whatever would have failed first."""
    program, *arguments = command.split()
    if program == "tradestack-gateway":
        config = tmp_path / "gateway.toml"
        config.write_text(f'source = "random-walk"\nstate_directory = "{tmp_path}"\n')
        arguments = ["--config", str(config)]

    finished = subprocess.run(
        [BIN / program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors)),
    )

    assert finished.returncode == 78, finished.stderr
    (line,) = finished.stderr.splitlines()
    assert f"the limit of open files: is {descriptors}, and" in line
    assert "ulimit -n" in line
