"""Decimal text ⇄ integers ×10⁻⁸, against the decimal module, at every bound."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tradestack.domain.fixed_point import (
    DECIMALS,
    FIXED_MAX,
    FIXED_MIN,
    SCALE,
    TEXT_LENGTH_MAX,
    divide_half_even,
    format_fixed,
    format_money,
    parse_fixed,
    round_fixed,
)

fixed = st.integers(FIXED_MIN, FIXED_MAX)
plain_texts = st.from_regex(r"\A-?[0-9]{1,12}(\.[0-9]{1,12})?\Z")
scientific_texts = st.from_regex(
    r"\A[+-]?([0-9]{1,20}\.?[0-9]{0,12}|\.[0-9]{1,12})([eE][+-]?[0-9]{1,3})?\Z"
)


def exact(text: str) -> tuple[Decimal, Decimal]:
    """The value ×10⁸ by the decimal module, and the nearest integer, half to even."""
    with localcontext() as context:
        context.prec = 1_200
        scaled = Decimal(text) * SCALE
        return scaled, scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)


@given(fixed)
@example(FIXED_MAX)
@example(FIXED_MIN)
@example(0)
@example(-1)
def test_every_integer_survives_its_text(value: int) -> None:
    """The text has the value, and no shorter decimal has it."""
    text = format_fixed(value)

    assert parse_fixed(text) == value
    assert Decimal(text) * SCALE == value
    assert "." not in text or text[-1] not in "0."
    assert not text.startswith(("-.", "."))
    assert text != "-0"


@given(plain_texts | scientific_texts)
@example("0.000000005")
@example("0.000000015")
@example("-0.000000005")
@example("92233720368.54775807")
@example("92233720368.547758075")
@example("92233720368.54775808")
@example("-92233720368.54775808")
@example("-92233720368.54775809")
@example("-92233720368.54775808e0")
@example("1.")
@example("1e999")
@example("1e-999")
def test_texts_are_rounded_as_the_decimal_module_rounds(text: str) -> None:
    """Half to even, and it is said whether anything was lost; beyond 64 bits is an error."""
    scaled, nearest = exact(text)

    if FIXED_MIN <= nearest <= FIXED_MAX:
        assert round_fixed(text) == (int(nearest), nearest != scaled)
    else:
        with pytest.raises(ValueError, match="out of range"):
            round_fixed(text)


@given(plain_texts)
def test_exact_parsing_refuses_a_number_that_would_be_rounded(text: str) -> None:
    """A price is never altered in silence."""
    try:
        value, is_rounded = round_fixed(text)
    except ValueError:
        with pytest.raises(ValueError, match="out of range"):
            parse_fixed(text)
        return

    if is_rounded:
        with pytest.raises(ValueError, match=f"more than {DECIMALS} decimals"):
            parse_fixed(text)
    else:
        assert parse_fixed(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", ".", "+", "e5", "1e", "1e+", "1_000", "1,5", "0x10", "nan", "NaN", "inf",
     "-Infinity", "١", "1\n", " 1", "1 ", "--1", "1.2.3", "1e1000", "½"],
)  # fmt: skip
def test_other_texts_are_no_numbers(text: str) -> None:
    """What other languages call a number is none here."""
    with pytest.raises(ValueError, match="is not a decimal number"):
        round_fixed(text)


@given(st.text())
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    """Nothing else is raised."""
    try:
        value, _ = round_fixed(text)
    except ValueError:
        return

    assert FIXED_MIN <= value <= FIXED_MAX


def test_the_length_of_a_number_is_limited() -> None:
    """A longer one is an attack or a broken file, whatever its value."""
    assert parse_fixed("1".rjust(TEXT_LENGTH_MAX, "0")) == SCALE
    with pytest.raises(ValueError, match="is not a decimal number"):
        parse_fixed("1".rjust(TEXT_LENGTH_MAX + 1, "0"))


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"),
    [
        (7, 2, 4),
        (5, 2, 2),
        (3, 2, 2),
        (1, 2, 0),
        (-1, 2, 0),
        (-3, 2, -2),
        (-5, 2, -2),
        (3, -2, -2),
        (0, 3, 0),
        (1, 3, 0),
        (2, 3, 1),
        (-2, 3, -1),
        (-6, -3, 2),
        (10**40, 3, 10**40 // 3),
    ],
)
def test_a_quotient_is_rounded_to_the_nearest_integer(
    numerator: int, denominator: int, quotient: int
) -> None:
    """Halves go to the even neighbour, for every sign and for numbers beyond 64 bits."""
    assert divide_half_even(numerator, denominator) == quotient


@given(st.integers(), st.integers().filter(bool))
def test_quotients_are_rounded_as_fractions_are(numerator: int, denominator: int) -> None:
    """The built-in rounding of an exact fraction is half to even, too."""
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (517_000_000_000_000_000, "51.7"),
        (-1_00000000_00000000, "-1"),
        (1_50000000, "0.00000002"),
        (2_50000000, "0.00000002"),
        (-50000000, "0"),
        (-50000001, "-0.00000001"),
        (99_999_999_999 * 10**16 + 1, "99999999999"),
    ],
)
def test_money_is_rounded_to_eight_decimals(value: int, text: str) -> None:
    """What lies in the middle goes to the even one, on both sides of 0."""
    assert format_money(value) == text
