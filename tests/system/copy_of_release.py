"""Copies of a Debian release that contain this checkout and can be booted.

The container has no network, so that it is isolated from the host. The checkout is in
/root/tradestack, the wheelhouse in /wheels.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.system.control_group import command_in_own_group, remove_group
from tests.system.releases import CACHE, CHECKOUT, Release, prepared_tree, prepared_wheelhouse

NEEDED = ("systemd-nspawn", "debootstrap", "systemctl", "unshare", "setpriv", "nsenter")
NOT_COPIED = (
    ".git",
    ".venv",
    "*cache*",
    ".hypothesis",
    "__pycache__",
    "*.egg-info",
    "build",
    "dist",
)
PIP_ENVIRONMENT = "PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels"  # where install.sh finds packages


def what_is_missing() -> str:
    """Return why no container can be booted here, or "" if one can."""
    if os.geteuid() != 0:
        return "containers need root"
    if missing := [program for program in NEEDED if shutil.which(program) is None]:
        return f"containers need {', '.join(missing)}"
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode:
        return "containers need the permission to create namespaces"
    return ""


def copy_of(release: Release, units: Mapping[str, str]) -> Path:
    """Copy the release; return the directory, which the caller has to remove.

    units: the texts of additional units by name. Raises RuntimeError if tree or wheelhouse cannot
    be created, OSError, CalledProcessError.
    """
    _remove_abandoned()
    tree, _ = prepared_tree(release), prepared_wheelhouse(release)
    directory = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-{release.codename}-", dir=CACHE))
    subprocess.run(["cp", "-a", "--reflink=auto", f"{tree}/.", directory], check=True)
    copied = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(CHECKOUT, directory / "root/tradestack", symlinks=True, ignore=copied)
    for name, text in units.items():
        (directory / "etc/systemd/system" / name).write_text(text)
    (directory / "wheels").mkdir()
    return directory


def boot(
    release: Release, directory: Path, *options: str, **environment: str
) -> "subprocess.Popen[bytes]":
    """Start systemd-nspawn with additional options and environment; its console is console.txt.

    The container shuts down if this process dies.
    """
    command = [
        "setpriv",
        "--pdeathsig=TERM",
        "systemd-nspawn",
        "--quiet",
        f"--directory={directory}",
        "--boot",
        *options,
    ]
    command += ["--register=no", "--keep-unit", "--private-network"]
    command += [f"--bind-ro={prepared_wheelhouse(release)}:/wheels"]
    with (directory / "console.txt").open("wb") as console:
        return subprocess.Popen(
            command_in_own_group(directory.name, command),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", **environment},
        )


def remove_copy(directory: Path) -> None:
    """Delete a copy whose container has ended, or as much of it as that container let go of."""
    remove_group(directory.name)
    shutil.rmtree(directory, ignore_errors=True)


def _remove_abandoned() -> None:
    """Delete the containers of runs that were killed."""
    for directory in CACHE.glob("run-*"):
        if not Path(f"/proc/{directory.name.split('-')[1]}").exists():
            remove_copy(directory)
