"""Money, prices and times in tables."""

import pytest

from tradestack.ctl.readable import money_text, price_text, time_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0", "0.00"),
        ("-0.001", "0.00"),
        ("-1234.5", "-1,234.50"),
        ("15711.8", "15,711.80"),
        ("0.005", "0.00"),
        ("0.015", "0.02"),
        ("0.00500001", "0.01"),
        ("99999999999.99999999", "100,000,000,000.00"),
    ],
)
def test_money_has_cents(text: str, shown: str) -> None:
    """Half a cent goes to the even one, and nothing is below 0 by a sign alone."""
    assert money_text(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, "-"),
        ("10", "10.00"),
        ("258.2", "258.20"),
        ("129.145", "129.145"),
        ("258.20999951", "258.21"),
        ("1.00005", "1.00"),
        ("-3.00015", "-3.0002"),
        ("0.00001234", "0.00001234"),
        ("0", "0.00"),
    ],
)
def test_a_price_has_the_decimals_that_matter(text: str | None, shown: str) -> None:
    """At least two; four above 1, and all below it."""
    assert price_text(text) == shown


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-01-15T20:44:56.824000Z", "2026-01-15T20:44:56.824Z"),
        ("2026-01-15T20:44:56.824999Z", "2026-01-15T20:44:56.824Z"),
        (None, "-"),
    ],
)
def test_a_time_is_cut_to_milliseconds(time: str | None, shown: str) -> None:
    """It never shows the future."""
    assert time_text(time) == shown
