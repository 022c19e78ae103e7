"""The backtests that reports are compared by; each runs once for all tests of this directory."""

import pytest

from tests.reference.compared import RUNS, Compared


@pytest.fixture(scope="session", params=RUNS)
def compared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """A backtest on one of the feeds."""
    strategy, files = RUNS[request.param]
    if not all(path.exists() for path in files):
        pytest.skip(f"{files[0]} is not here")
    return Compared(tmp_path_factory.mktemp(request.param), strategy, *files)
