"""README and manual, done from the first command to the last on every supported Debian release."""

from collections.abc import Iterator

import pytest

from tests.kit.commands import guided_steps
from tests.system.cases.sequence import NEWCOMER
from tests.system.container import Container
from tests.system.releases import RELEASES, Release
from tests.system.selection import booted, require_containers
from tests.system.treatment import all_keys

STEPS = dict(guided_steps())


def test_what_is_treated_specially_is_in_the_guides() -> None:
    """A command that was changed there is run as it stands until it is treated again."""
    commands = "\n".join(STEPS)

    assert [key for key in all_keys() if key not in commands] == []


require_containers()


@pytest.fixture(scope="module")
def containers(request: pytest.FixtureRequest) -> Iterator[dict[Release, Container]]:
    """A new system of each release, with an account and this checkout."""
    with booted(NEWCOMER, request, test_a_newcomer_does_what_the_guides_say) as running:
        yield running


@pytest.mark.system
@pytest.mark.parametrize("release", [pytest.param(each, id=each.codename) for each in RELEASES])
def test_a_newcomer_does_what_the_guides_say(
    containers: dict[Release, Container], release: Release
) -> None:
    """Every command works where the ones before it led, and prints what is shown.

    A real Prometheus then has the metrics of every daemon, and the rules that are shipped.
    """
    container = containers[release]

    results = container.results()

    faults = {name: case["fault"] for name, case in results.items() if not case["passed"]}
    text = "\n\n".join(f"{name}\n{fault}" for name, fault in faults.items())
    assert not faults, f"{text}\nsee {container.log_directory()}/journal.txt"
    assert STEPS.keys() <= results.keys(), "not every command was run"
    assert "prometheus_has_metrics_and_rules" in results
