"""Which texts the fields of order messages take, however many came before."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.wire.order_texts import (
    CL_ORD_ID,
    QUANTITY,
    SESSION_ID,
    SIGNED_DECIMAL,
    SYMBOL,
    TEXTS_KNOWN_MAX,
    WORD,
    TextForm,
)

FORMS = [
    (CL_ORD_ID, r"[!-~]{1,64}"),
    (SYMBOL, r"[!-~]{1,24}"),
    (WORD, r"[!-~]{1,32}"),
    (QUANTITY, r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,8})?"),
    (SIGNED_DECIMAL, r"-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,8})?"),
    (SESSION_ID, r"[0-9A-Z]{10}"),
]
TEXTS = st.text(max_size=70) | st.from_regex(r"\A-?[0-9A-Z.]{1,12}\n?\Z")


@pytest.mark.parametrize(("form", "pattern"), FORMS)
@given(text=TEXTS)
def test_a_form_takes_what_its_pattern_matches(form: TextForm, pattern: str, text: str) -> None:
    """The first time and, when it may be known, the second time."""
    expected = re.fullmatch(pattern, text) is not None

    assert [form.allows(text), form.allows(text)] == [expected, expected]
    assert (text in form.known) == expected


def test_an_absent_field_is_always_fine() -> None:
    """Fields without a value are known from the beginning."""
    assert all(form.allows(None) and None in form.known for form, _ in FORMS)


def test_what_is_known_has_a_limit() -> None:
    """Somebody who always sends others fills no memory, and changes no answer."""
    form = TextForm("digits", str.isdigit)
    most = 0
    for number in range(3 * TEXTS_KNOWN_MAX):
        assert form.allows(str(number))
        most = max(most, len(form.known))

    assert most <= TEXTS_KNOWN_MAX + 1
    assert form.allows(None)
    assert form.allows("0")
    assert not form.allows("x")
