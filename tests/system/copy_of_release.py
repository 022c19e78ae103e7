"""release → a copy of its tree with this checkout in it, booted by a systemd of its own.

The container is without network: nothing outside can disturb it or be disturbed. The checkout lies
in /root/tradestack, the wheelhouse in /wheels.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.system.releases import CACHE, CHECKOUT, Release, prepared_tree, prepared_wheelhouse

NEEDED = ("systemd-nspawn", "debootstrap", "systemctl", "unshare", "setpriv", "nsenter")
NOT_COPIED = (".git", ".venv", "*cache*", "__pycache__", "*.egg-info", "build", "dist")
PIP_ENVIRONMENT = "PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels"  # what install.sh takes packages from


def what_is_missing() -> str:
    """Why no container can be booted here, "" when one can."""
    if os.geteuid() != 0:
        return "containers need root"
    if missing := [program for program in NEEDED if shutil.which(program) is None]:
        return f"containers need {', '.join(missing)}"
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode:
        return "containers need a root that may make namespaces"
    return ""


def copy_of(release: Release, units: Mapping[str, str]) -> Path:
    """The copy's directory, which is the caller's to remove; units: their texts by name.

    Raises RuntimeError where tree or wheelhouse cannot be made, OSError, CalledProcessError.
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
    """systemd-nspawn, begun; options and environment are its own. Its console is console.txt.

    Its container shuts down when this process dies.
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
            command,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", **environment},
        )


def _remove_abandoned() -> None:
    """Deletes the containers of runs that were killed."""
    for directory in CACHE.glob("run-*"):
        if not Path(f"/proc/{directory.name.split('-')[1]}").exists():
            shutil.rmtree(directory, ignore_errors=True)
