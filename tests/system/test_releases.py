"""The installed stack under a real systemd, on every supported Debian release."""

import os
from collections.abc import Iterator

import pytest

from tests.system.cases.harness import CASES
from tests.system.cases.sequence import import_cases
from tests.system.container import Container, run_cases
from tests.system.copy_of_release import what_is_missing
from tests.system.releases import RELEASES, Release

import_cases()

if reason := what_is_missing():
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)

pytestmark = pytest.mark.system


@pytest.fixture(scope="session")
def containers(request: pytest.FixtureRequest) -> Iterator[dict[Release, Container]]:
    """Boot the releases that the selected tests need; they run in parallel."""
    selected = {
        item.callspec.params["release"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == test_case.__name__
    }
    running = {release: run_cases(release) for release in RELEASES if release in selected}
    yield running
    for container in running.values():
        container.remove()


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
