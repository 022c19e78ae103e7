"""Words of a command line that begin with a minus and are values."""

import pytest

from tradestack.runtime.process.command_words import join_values_below_zero


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        ("--sentiment-scale -1..1", "--sentiment-scale=-1..1"),
        ("--sentiment-scale -.5..1 file", "--sentiment-scale=-.5..1 file"),
        ("verb --sentiment-scale -100..100 --sort", "verb --sentiment-scale=-100..100 --sort"),
        ("--sentiment-scale=0..1 -1..1", "--sentiment-scale=0..1 -1..1"),
        ("--sort -o -", "--sort -o -"),
        ("file -5 -n 5", "file -5 -n 5"),
        ("--count 5 -- --name -5", "--count 5 -- --name -5"),
        ("--prices -- -5", "--prices -- -5"),
    ],
)
def test_a_value_below_zero_is_joined_with_its_option(words: str, joined: str) -> None:
    """No other word changes, and none behind `--`."""
    assert join_values_below_zero(words.split()) == joined.split()
