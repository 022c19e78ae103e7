"""What tests of the verbs ask the daemons themselves."""

import pytest

from tests.kit.stack import Stack

Output = pytest.CaptureFixture[str]


def gateway_stats(stack: Stack) -> dict[str, object]:
    """Return the stats of the gateway, which must answer."""
    stats = stack.daemons.report().gateway
    assert stats is not None
    return stats
