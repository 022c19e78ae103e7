"""Numbers as people write them; the option that is named for others reads them."""

import re
import shlex
from dataclasses import replace
from typing import Any

import pytest

from tradestack.sources.csv.layout import Layout
from tradestack.sources.csv.options import OPTIONS
from tradestack.sources.csv.parsing.number_text import advice_on_number, plain_number

PLAIN = Layout(column_count=3, timestamp=(0,), symbol=1, value=2)


@pytest.mark.parametrize(
    ("text", "thousands", "decimal", "number"),
    [
        ("$187.10", "", ".", "187.10"),
        ("187,10 €", "", ",", "187.10"),
        ("£ 12", "", ".", "12"),
        ("1,234.5", ",", ".", "1234.5"),
        ("$1,234,567.5", ",", ".", "1234567.5"),
        ("1.234,56", ".", ",", "1234.56"),
        ("1'234.56", "'", ".", "1234.56"),
        ("1\u202f234,56", " ", ",", "1234.56"),
        ("1234.5", ",", ".", "1234.5"),
        ("-1,234", ",", ".", "-1234"),
    ],
)
def test_a_number_is_read_as_it_is_meant(
    text: str, thousands: str, decimal: str, number: str
) -> None:
    """Currency signs go, groups of three join, and the decimal point is a point."""
    layout = replace(PLAIN, thousands=thousands, decimal=decimal)

    assert plain_number(text, layout) == number


@pytest.mark.parametrize("text", ["1,2", "12,34", "1234,567", "1,234,5", ",123", "1,,234"])
def test_groups_that_are_not_whole_are_left_as_they_are(text: str) -> None:
    """Otherwise a decimal comma would make a number a hundred times as large."""
    assert plain_number(text, replace(PLAIN, thousands=",")) == text


@pytest.mark.parametrize(
    "text", ["1,234", "$1,234.5", "1.234,56", "1.234.567", "1'234.5", "1 234.5", "12,5"]
)
def test_the_option_that_is_named_reads_the_number(text: str) -> None:
    """All digits are kept."""
    layout = PLAIN
    words = shlex.split(advice_on_number(text).partition("use ")[2])
    for option, value in zip(words[::2], words[1::2], strict=True):
        name = option.removeprefix("--")
        change: dict[str, Any] = {name: OPTIONS[name].parse(value)}
        layout = replace(layout, **change)

    number = plain_number(text, layout)

    assert re.fullmatch(r"\d+(\.\d+)?", number)
    assert number.replace(".", "") == re.sub(r"\D", "", text)


@pytest.mark.parametrize("text", ["", "abc", "1e5x", "--5"])
def test_nothing_is_said_of_what_is_no_number(text: str) -> None:
    """No option would read it."""
    assert advice_on_number(text) == ""
