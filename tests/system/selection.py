"""Which containers a run of pytest needs, and whether it can have them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.system.container import Container, run_cases
from tests.system.copy_of_release import what_is_missing
from tests.system.releases import RELEASES, Release


def require_containers() -> None:
    """Skip the calling module where no container can be booted; fail it where CI is set."""
    if reason := what_is_missing():
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason, allow_module_level=True)


@contextmanager
def booted(
    sequence: str, request: pytest.FixtureRequest, test: Callable[..., None], *options: str
) -> Iterator[dict[Release, Container]]:
    """Boot the releases for which the test was selected; they run in parallel.

    options: those of systemd-nspawn.
    """
    selected = {
        item.callspec.params["release"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == test.__name__
    }
    running = {
        release: run_cases(release, sequence, *options)
        for release in RELEASES
        if release in selected
    }
    yield running
    for container in running.values():
        container.remove()
