"""What is said of a timestamp in no known form: the option that is named reads it."""

import itertools
import re

import pytest

from tradestack.sources.csv.times.lookalikes import advice_on
from tradestack.sources.csv.times.time_format import parse_time_format

DATES = ["01/02/2024", "1.2.2024", "31-12-24", "2024/01/02", "2024.1.2"]
CLOCKS = [
    *("", " 9:30", " 09:30:01", "T09:30:01", " 09:30:01.25", " 09:30:01,250"),
    *(" 9:30:01 AM", " 9:30 pm", ", 9:30:01PM", " - 09:30:01", " 09:30:01+0100", " 09:30 Z"),
]


@pytest.mark.parametrize("text", ["".join(each) for each in itertools.product(DATES, CLOCKS)])
def test_a_form_that_is_proposed_reads_the_time(text: str) -> None:
    """Of two that differ in what comes first, day or month, at least one does."""
    forms = re.findall(r'"([^"]+)"', advice_on(text))

    assert [form for form in forms if _reads(form, text)], forms


@pytest.mark.parametrize("text", ["9:30", "09:30:01", "09:30:01.5", "9:30:01 PM"])
def test_a_clock_needs_a_date_and_its_form(text: str) -> None:
    """The date has to be said."""
    advice = advice_on(text)

    assert "--date YYYY-MM-DD" in advice
    assert all(_reads(form, text) for form in re.findall(r'"([^"]+)"', advice))


def _reads(form: str, text: str) -> bool:
    try:
        parse_time_format(form).parse(text)
    except ValueError:
        return False
    return True
