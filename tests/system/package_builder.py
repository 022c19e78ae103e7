"""A tree in which the Debian package is built and judged, and the builds.

It is the tree of Debian 13 with what the package needs to be built, made once. /debs of it is a
repository of the packages that were installed, for a container without network. Builds change
nothing in it: they see it through an overlay, which is gone afterwards.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.system.releases import (
    CHECKOUT,
    RELEASES,
    derived_tree,
    run_to_end,
)

TRIXIE = next(release for release in RELEASES if release.codename == "trixie")
RECIPE_VERSION = "1"  # raise this when the steps below change
CONTROL = CHECKOUT / "systemd/debian/control"
JUDGES = ("lintian", "faketime")
REPOSITORY = "debs"
SOURCE_DATE_EPOCH = 1_790_000_000

# Builds by two people: who they are, where, when, in which language and time zone.
ORDINARY = "exec /checkout/systemd/debian/build /out"
UNUSUAL = """\
umask 077
chown nobody /out
export LC_ALL=C TZ=Pacific/Kiritimati TMPDIR=/var/tmp DEB_BUILD_OPTIONS=parallel=2
exec setpriv --reuid=nobody --regid=nogroup --clear-groups \\
    faketime '+400 days' /checkout/systemd/debian/build /out
"""


def prepared_builder() -> Path:
    """Return the directory of the tree in which packages are built."""
    recipe = (RECIPE_VERSION, JUDGES, CONTROL.read_text().split("\n\n", 1)[0])
    return derived_tree(TRIXIE, "builder", recipe, _make_builder)


def build_packages(directory: Path) -> Sequence[Path]:
    """Build the package twice at the same time, each in its own way; return both.

    Raises CalledProcessError, after the output of the build.
    """
    builds = {}
    for name, script in (("ordinary", ORDINARY), ("unusual", UNUSUAL)):
        output = directory / name
        output.mkdir(parents=True)
        command = _in_builder(script, output, hostname=name)
        with (directory / f"{name}.log").open("wb") as log:
            builds[name] = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    for name, build in builds.items():
        if build.wait():
            raise subprocess.CalledProcessError(
                build.returncode, (directory / f"{name}.log").read_text()[-4000:]
            )
    return [next((directory / name).glob("*.deb")) for name in builds]


def verdict_of_lintian(package: Path) -> str:
    """Return what lintian finds, down to what it calls pedantic."""
    script = (
        "lintian --display-info --pedantic --color never --allow-root --fail-on none /out/*.changes"
    )
    command = _in_builder(script, package.parent, hostname="judge")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _in_builder(script: str, output: Path, *, hostname: str) -> list[str]:
    return [
        *("systemd-nspawn", "--quiet", "--console=pipe", "--volatile=overlay"),
        f"--directory={prepared_builder()}",
        *("--register=no", "--keep-unit", "--private-network", f"--hostname={hostname}"),
        *(f"--bind-ro={CHECKOUT}:/checkout", f"--bind={output}:/out"),
        f"--setenv=SOURCE_DATE_EPOCH={SOURCE_DATE_EPOCH}",
        *("sh", "-c", script),
    ]


def _make_builder(tree: Path) -> None:
    """Install what builds and judges the package, and make a repository of it."""
    in_tree = ("chroot", str(tree))
    apt_get = (*in_tree, "apt-get", "-qq", "-y", "--no-install-recommends")
    install = (*apt_get, "-o", "Dpkg::Options::=--force-unsafe-io")
    archives, debs = tree / "var/cache/apt/archives", tree / REPOSITORY
    for each in archives.glob("*.deb"):
        each.unlink()
    shutil.copytree(CONTROL.parent, tree / "tmp/packaging/debian")
    run_to_end(*apt_get, "update")
    run_to_end(*install, "build-dep", "/tmp/packaging")
    run_to_end(*install, "install", *JUDGES)
    debs.mkdir()
    for each in archives.glob("*.deb"):
        each.rename(debs / each.name)
    run_to_end(*in_tree, "sh", "-ec", f"cd /{REPOSITORY}; dpkg-scanpackages . >Packages")
