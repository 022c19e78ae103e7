"""A stream that lacks what it has stored: a fault at once, the end when it lasts."""

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.engine.stream import majority_age_ns
from tradestack.replication.shortfall import LOOKS_MAX, Shortfall


def test_a_leader_that_lacks_the_newest_messages_for_a_moment_is_no_loss() -> None:
    """It is said at once, forgotten at the first good look, and then counted again."""
    shortfall = Shortfall()
    assert shortfall.look("ORDERS", stored=9, known=9) is None
    for _ in range(3):
        for _ in range(LOOKS_MAX - 1):
            said = shortfall.look("ORDERS", stored=8, known=9)
            assert said == "stream ORDERS ends at message 8, and 9 were stored: it has lost some"
        assert shortfall.fault == said
        assert shortfall.look("ORDERS", stored=10, known=9) is None
        assert shortfall.fault is None


def test_a_loss_that_lasts_ends_the_process() -> None:
    """The operator is told what to do with the host that has most."""
    shortfall = Shortfall()
    for _ in range(LOOKS_MAX - 1):
        assert shortfall.look("ORDERS", stored=0, known=9) is not None
    with pytest.raises(OperatorFault, match="whose order journal has most"):
        shortfall.look("ORDERS", stored=0, known=9)


@pytest.mark.parametrize(
    ("leader", "ages", "expected"),
    [
        ("a", [], 0),
        ("a", [7, 3], 3),  # the leader and one of two others are most of three
        ("a", [0, 5], 5),  # one was never heard
        ("a", [0, 0], None),
        ("a", [9, 4, 6, 0], 6),  # and two of four others, of five
        ("a", [9, 0, 0, 0], None),
        ("", [1, 1], None),
    ],
)
def test_a_leader_is_confirmed_by_most_servers(
    leader: str, ages: list[int], expected: int | None
) -> None:
    """What counts is when the last one of a majority was heard; itself it hears always."""
    cluster = {"leader": leader, "replicas": [{"active": age} for age in ages]}
    assert majority_age_ns(cluster) == expected
    assert majority_age_ns(None) == 0
