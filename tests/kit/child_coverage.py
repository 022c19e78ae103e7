"""A pytest plugin that says in which tests coverage is measured in child processes, too.

Coverage measures a child that finds COVERAGE_PROCESS_CONFIG in its environment. The daemons' own
modules run in children only. Elsewhere children are judged by their timing, memory, imports or
output (benchmarks, kills under load, readers of the books), all of which measuring would change.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

VARIABLE = "COVERAGE_PROCESS_CONFIG"
MEASURED = ("ctl", "daemons", "interop", "runtime")  # directories of tests/
TESTS = Path(__file__).parents[1]


def is_measured() -> bool:
    """Return whether children that are started now are measured, which they write at their end."""
    return VARIABLE in os.environ


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test without the variable if its children are not to be measured."""
    config = os.environ.get(VARIABLE)
    if config is None or item.path.relative_to(TESTS).parts[0] in MEASURED:
        return (yield)
    del os.environ[VARIABLE]
    try:
        return (yield)
    finally:
        os.environ[VARIABLE] = config
