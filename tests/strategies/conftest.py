"""Ticks for signals."""

import pytest

from tests.kit.batches import MakeBatch, batch_of


@pytest.fixture(scope="session")
def make_batch() -> MakeBatch:
    """A function from rows to a batch; of session scope, as hypothesis asks for."""
    return batch_of
