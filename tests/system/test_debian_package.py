"""The package for Debian 13: the same from whoever builds it, accepted by lintian, and of use."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.system.cases.sequence import PACKAGE, import_cases
from tests.system.container import Container
from tests.system.package_builder import (
    REPOSITORY,
    TRIXIE,
    build_packages,
    prepared_builder,
    verdict_of_lintian,
)
from tests.system.releases import Release
from tests.system.selection import booted, require_containers

CASES = import_cases(PACKAGE)
require_containers()

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """The package as it comes out of two different builds of the same sources."""
    return build_packages(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def containers(
    packages: Sequence[Path],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[Release, Container]]:
    """A new system that has the package beside it."""
    beside = tmp_path_factory.mktemp("package")
    shutil.copy(packages[0], beside / "tradestack.deb")
    repository = f"--bind-ro={prepared_builder() / REPOSITORY}:/{REPOSITORY}"
    with booted(PACKAGE, request, test_case, repository, f"--bind-ro={beside}:/package") as running:
        yield running


def test_two_builds_are_identical(packages: Sequence[Path]) -> None:
    """Neither user, umask, place, language, time zone nor clock is in the package."""
    ordinary, unusual = packages

    assert ordinary.read_bytes() == unusual.read_bytes()


@pytest.mark.usefixtures("containers")  # which runs its cases meanwhile
def test_lintian_finds_nothing(packages: Sequence[Path]) -> None:
    """The judge of Debian's packages is silent, also on what it only remarks."""
    assert verdict_of_lintian(packages[0]) == ""


@pytest.mark.parametrize("release", [pytest.param(TRIXIE, id=TRIXIE.codename)])
@pytest.mark.parametrize("name", [*CASES])
def test_case(containers: dict[Release, Container], release: Release, name: str) -> None:
    """The case passes on the release."""
    result = containers[release].results().get(name)

    assert result is not None, f"never ran; see {containers[release].log_directory()}"
    assert result["passed"], f"{result['fault']}\nsee {containers[release].log_directory()}"
