"""Kinds of command-line arguments."""

import argparse
from pathlib import Path

import pytest
import shtab

from tradestack.ctl.arguments import StorePath, positive_integer


@pytest.mark.parametrize(("text", "number"), [("1", 1), (" 7 ", 7), ("1000000", 1_000_000)])
def test_positive_integers_are_parsed(text: str, number: int) -> None:
    """A whole number of at least 1 is returned."""
    assert positive_integer(text) == number


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "one"])
def test_other_numbers_are_refused(text: str) -> None:
    """The message repeats the text and says what is allowed."""
    with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number of at least 1"):
        positive_integer(text)


def test_paths_are_stored_and_completed_as_files() -> None:
    """The action stores its value and has the attribute that shtab looks for."""
    parser = argparse.ArgumentParser()
    action = parser.add_argument("--file", type=Path, action=StorePath)

    assert parser.parse_args(["--file", "a.csv"]).file == Path("a.csv")
    assert isinstance(action, StorePath)
    assert action.complete == shtab.FILE
