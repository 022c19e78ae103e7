"""Numbers as people read them: with units, without false digits, never an invented 0."""

import pytest

from tradestack.report.rendering import quantities
from tradestack.report.rendering.quantities import NOT_RECORDED

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
TIME = 1_768_487_400 * SECOND  # 2026-01-15 14:30 UTC


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (None, NOT_RECORDED),
        (0, "0 ns"),
        (999, "999 ns"),
        (1_000, "1.00 µs"),
        (12_345, "12.3 µs"),
        (123_456, "123 µs"),
        (1_234_567, "1.23 ms"),
        (2_500_000_000, "2.50 s"),
        (59 * SECOND, "59.0 s"),
        (200 * SECOND, "3 min 20 s"),
        (3 * DAY + 4 * 3_600 * SECOND, "3 d 4 h"),
        (3 * DAY + 4 * SECOND, "3 d"),
    ],
)
def test_durations(nanoseconds: int | None, text: str) -> None:
    """Three digits, in the largest unit of which there is one; from a minute on two units."""
    assert quantities.duration(nanoseconds).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("amount", "text", "signed"),
    [
        (0, "0.00", "0.00"),
        (123_456_000_000, "1,234.56", "+1,234.56"),
        (-150_000_000, "−1.50", "−1.50"),
        (-100_000, "0.00", "0.00"),
        (100_000, "0.00", "0.00"),
        (500_000, "0.00", "0.00"),
        (1_500_000, "0.02", "+0.02"),
    ],
)
def test_money(amount: int, text: str, signed: str) -> None:
    """To the cent, half to even; what is rounded to 0 has no sign."""
    assert (quantities.money(amount), quantities.signed_money(amount)) == (text, signed)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (69_260_000_000, "692.60"),
        (123_456_789_012, "1,234.5679"),
        (1_234, "0.00001234"),
        (-50_000_000, "−0.50"),
    ],
)
def test_prices(value: int | None, text: str) -> None:
    """Two to four decimals, below 1 all of them."""
    assert quantities.price(value) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (quantities.count(1_234), "1,234"),
        (quantities.count(None), NOT_RECORDED),
        (quantities.counted(1, "fill"), "1 fill"),
        (quantities.counted(0, "fill"), "0 fills"),
        (quantities.quantity(50_000_000), "0.5"),
        (quantities.quantity(100_000_000_000), "1,000"),
        (quantities.memory(None), NOT_RECORDED),
        (quantities.memory(31_457_280), "30.0 MiB"),
        (quantities.memory(512), "512 B"),
        (quantities.percent(0.1234), "12.3 %"),
        (quantities.percent(None), NOT_RECORDED),
        (quantities.basis_points(0.444), "+0.44"),
        (quantities.basis_points(-0.001), "0.00"),
        (quantities.basis_points(None), "–"),
        (quantities.ratio(1.23456), "1.235"),
        (quantities.ratio(None), "–"),
        (quantities.rate(501.5, "ticks"), "502 ticks/s"),
        (quantities.rate(0.25, "ticks"), "0.2 ticks/s"),
        (quantities.rate(None, "ticks"), NOT_RECORDED),
        (quantities.time(None), NOT_RECORDED),
        (quantities.time(1_768_487_400_250_999_999), "2026-01-15 14:30:00.250"),
        (quantities.minute(TIME), "15 January 2026, 14:30 UTC"),
        (quantities.period(TIME, TIME + 90 * SECOND), "15 January 2026, 14:30 to 14:31 UTC"),
        (
            quantities.period(TIME, TIME + DAY),
            "15 January 2026, 14:30 UTC to 16 January 2026, 14:30 UTC",
        ),
    ],
)
def test_others(text: str, expected: str) -> None:
    """Each has its unit, and says if it is not recorded."""
    assert text.replace("\N{NO-BREAK SPACE}", " ") == expected
