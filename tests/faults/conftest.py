"""The shipped sample session, undisturbed: what every attacked session must equal."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import Evidence
from tests.faults.launch import Sources
from tests.faults.repetition import Repetition, no_attack

SAMPLE_DATA = Path(__file__).parents[2] / "data"
PACE = "6000/s"  # six seconds for all of it
SLOW_PACE = "1000/s"


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Play the sample once: 14,116 orders of two users on 36,109 messages."""
    directory = tmp_path_factory.mktemp("undisturbed")
    repetition = Repetition(directory / "stack", sample(directory), pace="max")

    evidence = asyncio.run(repetition.run(no_attack))

    assert len(evidence.orders(repetition.session)) > 14_000
    assert differences(evidence, evidence) == []
    return evidence


@pytest.fixture
def repetition(tmp_path: Path) -> Repetition:
    """Return the sample session, ready to be attacked."""
    return Repetition(tmp_path / "stack", sample(tmp_path), pace=PACE)


@pytest.fixture
def slow_repetition(tmp_path: Path) -> Repetition:
    """Return the same, slow enough that it does not end while daemons start."""
    return Repetition(tmp_path / "stack", sample(tmp_path), pace=SLOW_PACE)


def sample(directory: Path) -> Sources:
    """Copy the sample's files into the directory."""
    return Sources.copy(
        directory / "data", SAMPLE_DATA / "prices.csv", SAMPLE_DATA / "sentiment.csv"
    )
