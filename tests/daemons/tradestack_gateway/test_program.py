"""The command line of tradestack-gateway."""

from tradestack.runtime.arguments import parse_arguments
from tradestack_gateway.program import PROGRAM


def test_a_scale_that_begins_below_zero_is_a_value() -> None:
    """--check-csv takes it as its help and its remedy write it."""
    words = ["--check-csv", "scores.csv", "--sentiment-scale", "-1..1"]

    assert parse_arguments(PROGRAM, words).details == {"sentiment_scale": "-1..1"}
