"""Timestamps: every form gives the right nanosecond, and other text a reason."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.sources.csv.times.timestamps import Form, parse_timestamp

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MOMENT = 1_381_411_800_026_000_000  # 2013-10-10T13:30:00.026Z
MIDNIGHT = 1_381_363_200_000_000_000  # 2013-10-10T00:00:00Z


@pytest.mark.parametrize(
    ("text", "form", "time_ns"),
    [
        ("2013-10-10T13:30:00.026000Z", Form.ISO, MOMENT),
        ("2013-10-10T13:30:00.026", Form.ISO, MOMENT),
        ("2013-10-10 13:30:00.026", Form.ISO, MOMENT),
        ("2013-10-10T09:30:00.026-04:00", Form.ISO, MOMENT),
        ("2013-10-10T09:30:00.026-0400", Form.ISO, MOMENT),
        ("2013-10-10 19:00:00.026 +05:30", Form.ISO, MOMENT),
        ("2013-10-10T13:30:00.026000001Z", Form.ISO, MOMENT + 1),
        ("2013-10-10T13:30Z", Form.ISO, MOMENT - 26_000_000),
        ("1381411800", Form.SECONDS, MOMENT - 26_000_000),
        ("1381411800.026", Form.SECONDS, MOMENT),
        ("1381411800.026000001", Form.SECONDS, MOMENT + 1),
        ("1381411800026", Form.MILLISECONDS, MOMENT),
        ("1381411800026.000001", Form.MILLISECONDS, MOMENT + 1),
        ("1381411800026000", Form.MICROSECONDS, MOMENT),
        ("1381411800026000001", Form.NANOSECONDS, MOMENT + 1),
        ("2013-10-10 13:30:00.026 UTC", Form.ISO, MOMENT),
        ("20131010T133000.026Z", Form.ISO, MOMENT),
        ("20131010 13:30:00.026", Form.ISO, MOMENT),
        ("2013/10/10 13:30:00.026", Form.ISO, MOMENT),
        ("2013-10-10D13:30:00.026000000", Form.ISO, MOMENT),
        ("2013-10-10T09:30:00.026-04", Form.ISO, MOMENT),
        ("2013-10-10T13:30:00.026Z[UTC]", Form.ISO, MOMENT),
        ("2013-10-10", Form.DATE, MIDNIGHT),
        ("20131010", Form.DATE, MIDNIGHT),
        ("2013-10-09T24:00:00Z", Form.ISO, MIDNIGHT),
        ("201310101330", Form.DIGITS, MOMENT - 26_000_000),
        ("20131010133000026", Form.DIGITS, MOMENT),
    ],
)
def test_all_forms_of_an_instant_are_equal(text: str, form: Form, time_ns: int) -> None:
    """One instant is written in every form that files use."""
    assert parse_timestamp(text) == (form, time_ns)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "blank"),
        ("yesterday", "in no known form"),
        ("2013-02-30T00:00:00Z", "no such date"),
        ("2013-10-10T24:00:01Z", "no such time of day"),
        ("2016-12-31T23:59:60Z", "leap second"),
        ("2013-10-10T13:30:00.0000000001Z", "finer than a nanosecond"),
        ("1381411800026000001.5", "finer than a nanosecond"),
        ("1969-12-31T23:59:59Z", "outside"),
        ("2300-01-01T00:00:00Z", "outside"),
        ("9999999999999999999", "outside"),
        ("1.381E12", "a spreadsheet has shortened"),
        ("-5", "outside"),
        ("1" * 1000, "in no known form"),
        ("10/11/2013", "say what comes first"),
        ("2013-W41-4", "describe it with --timestamp-format"),
        ("45659.6458333333", "Excel's day numbers or a time of day; use --timestamp-format excel"),
        ("34201.25", "--date YYYY-MM-DD and --timestamp-format seconds-of-day"),
        ("34200402", "milliseconds-of-day"),
        ("34200000000000", "nanoseconds-of-day"),
        ("093000", '"%H%M%S"'),
        ("143000123456789", '"%H%M%S%f"'),
        ("2025010215", "a date with its hour, or epoch seconds"),
        ("0", "seconds-of-day"),
        ("250102", '"%y%m%d"'),
        ("638714250000000000", "ticks of 100 ns"),
        ("133802334000000000", "ticks of 100 ns"),
        ("09:30:00", "a time of day, use --date"),
        ("2025-01-02 03:30:00 PM", "%I:%M:%S %p"),
        ("2025-01-02 03:30:00 EDT", "zone 'EDT' is not known"),
    ],
)
def test_other_text_is_refused(text: str, reason: str) -> None:
    """The error explains text that is not an instant, or one beyond the range of a packet."""
    with pytest.raises(ValueError, match=reason):
        parse_timestamp(text)


@given(
    st.integers(86_400 * 10**6, 9_214_646_400 * 10**6),
    st.integers(0, 999),
    st.integers(-1439, 1439),
)
def test_iso_agrees_with_datetime(microseconds: int, nanoseconds: int, offset_minutes: int) -> None:
    """Any date, fraction and zone gives what exact integer arithmetic gives."""
    moment = EPOCH + datetime.timedelta(microseconds=microseconds)
    sign = "-" if offset_minutes < 0 else "+"
    zone = f"{sign}{abs(offset_minutes) // 60:02}:{abs(offset_minutes) % 60:02}"
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}{nanoseconds:03}{zone}"
    expected = microseconds * 1000 + nanoseconds - offset_minutes * 60 * 10**9

    form, time_ns = parse_timestamp(text)

    assert (form, time_ns) == (Form.ISO, expected)
