"""The stack as a user installs it, under a real systemd, on every Debian release we promise."""

import os
import shutil
from collections.abc import Callable

import pytest

from tests.system.cases.harness import CASES
from tests.system.cases.order import ALL_CASES_IMPORTED
from tests.system.container import Container, boot
from tests.system.releases import RELEASES, Release

NEEDED = ("systemd-nspawn", "debootstrap", "systemctl")
assert ALL_CASES_IMPORTED


def _missing() -> str:
    if os.geteuid() != 0:
        return "system tests need root"
    missing = [program for program in NEEDED if shutil.which(program) is None]
    return f"system tests need {', '.join(missing)}" if missing else ""


if reason := _missing():
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)

pytestmark = pytest.mark.system


@pytest.fixture(scope="session")
def containers() -> Callable[[Release], Container]:
    """All releases boot at the first call and run side by side."""
    running = {release: boot(release) for release in RELEASES}
    return running.__getitem__


@pytest.mark.parametrize(
    ("release", "name"),
    [
        pytest.param(release, name, id=f"{release.codename}-{name}")
        for release in RELEASES
        for name, case in CASES.items()
        if release.codename in case.releases
    ],
)
def test_case(containers: Callable[[Release], Container], release: Release, name: str) -> None:
    """What the case's own sentence says holds on the release."""
    container = containers(release)

    result = container.results().get(name)

    assert result is not None, f"never ran; see {container.log_directory()}"
    assert result["passed"], f"{result['fault']}\nsee {container.log_directory()}/journal.txt"
