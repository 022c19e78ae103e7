"""What the tests of strategies are made with."""

import pytest
from tests.kit.batches import MakeBatch, batch_of


@pytest.fixture(scope="session")
def make_batch() -> MakeBatch:
    """Rows → a batch."""
    return batch_of
