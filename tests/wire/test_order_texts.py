"""Which texts the fields of order messages accept, however many came before."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.wire.order_texts import (
    CL_ORD_ID,
    LONG_DECIMAL,
    LONG_DECIMAL_MAX,
    QUANTITY,
    SESSION_ID,
    SIGNED_DECIMAL,
    SYMBOL,
    TEXTS_KNOWN_MAX,
    WORD,
    TextForm,
    format_optional,
)

FORMS: list[tuple[TextForm[Any], str]] = [
    (CL_ORD_ID, r"[!-~]{1,64}"),
    (SYMBOL, r"[!-~]{1,24}"),
    (WORD, r"[!-~]{1,32}"),
    (QUANTITY, r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,8})?"),
    (SIGNED_DECIMAL, r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,8})?"),
    (SESSION_ID, r"[0-9A-Z]{10}"),
    (LONG_DECIMAL, r"-?(0|[1-9][0-9]{0,23})(\.[0-9]{1,8})?"),
]
TEXTS = st.text(max_size=70) | st.from_regex(r"\A-?[0-9A-Z.]{1,12}\n?\Z")


@pytest.mark.parametrize(("form", "pattern"), FORMS)
@given(text=TEXTS)
def test_a_form_takes_what_its_pattern_matches(
    form: TextForm[Any], pattern: str, text: str
) -> None:
    """A text gets the same answer the first time and the second time."""
    expected = re.fullmatch(pattern, text) is not None

    assert [form.accepts(text), form.accepts(text)] == [expected, expected]
    assert (text in form) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0.5", -50_000_000),
        ("-10.00000001", -1_000_000_001),
        ("92233720368.54775808", 2**63),
        (f"{'9' * 24}.{'9' * 8}", LONG_DECIMAL_MAX),
    ],
)
def test_long_decimals_are_exact(text: str, value: int) -> None:
    """They are not limited to 64 bits, and keep their sign without a whole part."""
    assert LONG_DECIMAL[text] == value
    assert format_optional(value) == text


def test_an_absent_field_is_always_fine() -> None:
    """The value of an absent field is None."""
    assert all(form.accepts(None) and form[None] is None for form, _ in FORMS)


def test_the_texts_that_a_form_keeps_have_a_limit() -> None:
    """A client that always sends new texts does not fill memory, and changes no answer."""
    form = TextForm("digits", str.isdigit, int)
    most = 0
    for number in range(3 * TEXTS_KNOWN_MAX):
        assert form[str(number)] == number
        most = max(most, len(form))

    assert most == TEXTS_KNOWN_MAX
    assert form[None] is None
    assert form["0"] == 0
    assert not form.accepts("x")
