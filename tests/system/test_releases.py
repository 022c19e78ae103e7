"""The installed stack under a real systemd, on every supported Debian release."""

from collections.abc import Iterator

import pytest

from tests.system.cases.sequence import INSTALLATION, import_cases
from tests.system.container import Container
from tests.system.releases import RELEASES, Release
from tests.system.selection import booted, require_containers

CASES = import_cases(INSTALLATION)
require_containers()

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def containers(request: pytest.FixtureRequest) -> Iterator[dict[Release, Container]]:
    """A new system of each release, in which the cases run."""
    with booted(INSTALLATION, request, test_case) as running:
        yield running


@pytest.mark.parametrize(
    ("release", "name"),
    [
        pytest.param(release, name, id=f"{release.codename}-{name}")
        for release in RELEASES
        for name, case in CASES.items()
        if release.codename in case.releases
    ],
)
def test_case(containers: dict[Release, Container], release: Release, name: str) -> None:
    """The case passes on the release."""
    container = containers[release]

    result = container.results().get(name)

    assert result is not None, f"never ran; see {container.log_directory()}"
    assert result["passed"], f"{result['fault']}\nsee {container.log_directory()}/journal.txt"
