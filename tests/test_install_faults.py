"""install.sh where something cannot be installed: its reasons, and what it installs nonetheless."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.kit.install_script import PREFIX, SCRIPT, install, packages_in


def test_an_extra_that_cannot_be_installed_costs_that_extra(tmp_path: Path) -> None:
    """The daemons are installed; the message says what is missing and how to do without it."""
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("polars < 1\n")

    finished = install(
        "--prefix", PREFIX, "--without-web", destdir=tmp_path, PIP_CONSTRAINT=str(constraints)
    )

    assert finished.returncode == 0, finished.stderr
    assert "going on without the extra report: " in finished.stderr
    assert "--without-report" in finished.stderr
    prefix = tmp_path / "opt/tradestack"
    assert (prefix / "bin/tradestackctl").is_symlink()
    assert not packages_in(prefix, "polars") + packages_in(prefix, "starlette")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path) -> None:
    """It names the directory and how much is needed; nothing stays behind."""
    script = 'mount -t tmpfs -o size=24M small "$1" && exec "$2" --prefix "$1"'
    small = tmp_path / "small"
    small.mkdir()

    finished = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", small, SCRIPT],
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    last = finished.stderr.splitlines()[-1]
    assert last.startswith(
        f"install.sh: the disk is full: have 600 MB free in {small}/lib/tradestack"
    )


NO_MATCH = """\
ERROR: Could not find a version that satisfies the requirement uvloop>=0.19 (from versions: none)
ERROR: No matching distribution found for uvloop>=0.19
"""
NO_NETWORK = f"""\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None)) after connection \
broken by 'NewConnectionError': Failed to establish a new connection: Connection refused: /uvloop/
{NO_MATCH}"""
NO_COMPILER = """\
  error: command 'gcc' failed: No such file or directory
  ERROR: Failed building wheel for uvloop
error: failed-wheel-build-for-install
"""


@pytest.mark.parametrize(
    ("said", "environment", "reason"),
    [
        (NO_NETWORK, {}, "pip has no network: set PIP_NO_INDEX=1 and PIP_FIND_LINKS=WHEELHOUSE"),
        (NO_MATCH, {}, "there is no uvloop>=0.19 for Python 3."),
        (NO_MATCH, {"PIP_NO_INDEX": "1"}, "the wheelhouse has no uvloop>=0.19 for Python 3."),
        (NO_COMPILER, {}, "there is no wheel for Python 3."),
        ("OSError: [Errno 122] Disk quota exceeded", {}, "the disk is full: "),
        ("Killed", {}, "Python or pip failed for the reason above"),
    ],
)
def test_faults_of_pip_are_explained(said: str, environment: dict[str, str], reason: str) -> None:
    """What pip says leads to one sentence with a remedy."""
    functions = SCRIPT.read_text().removesuffix('main "$@"\n')

    done = subprocess.run(
        ["bash", "-c", functions + "python=python3 said=$1; reason_of_failure /tmp", "bash", said],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )

    assert done.stdout.startswith(reason)
    assert done.stdout.count("\n") == 1
