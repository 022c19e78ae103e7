"""Options: what a person says of a file is obeyed, and is the same wherever it is said."""

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest

from tests.kit.csv_files import ReportedRows, open_csv, options_of, read_all, write
from tradestack.domain.units import DURATION_FORM
from tradestack.sources.csv.check import check_source, describe, warnings_of
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.options import OPTIONS, ReadingOptions
from tradestack.sources.source import SourceFault
from tradestack.wire.feed import TickRecords, decode_symbol

BAR_NS = 1_735_831_800_000_000_000  # 2025-01-02T15:30:00Z
SECOND_NS = 10**9
TIME = "2025-01-02T15:30:00Z"


def records_of(tmp_path: Path, text: str, **options: str) -> TickRecords:
    """Read a text with these options."""
    path = write(tmp_path / "file.csv", text)
    with contextlib.closing(open_csv(path, options=options_of(**options))) as source:
        return read_all(source)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (f"timestamp,price,size\n{TIME},1.5,2\n", {"symbol": "AA"}),
        ("timestamp,symbol,price,size\n2025-01-02 16:30,AA,1.5,2\n", {"timezone": "Europe/Berlin"}),
        (
            "timestamp,symbol,price,size\n15:30:00.0,AA,1.5,2\n",
            {"date": "2025-01-02", "timestamp_format": "%H:%M:%S.%f"},
        ),
        (
            "timestamp,symbol,price,size\n20250102,AA,1.5,2\n",
            {"date_at": "10:30", "timezone": "America/New_York"},
        ),
        (
            "timestamp,symbol,price,size\n1/2/2025 3:30:00 PM,AA,1.5,2\n",
            {"timestamp_format": "%m/%d/%Y %I:%M:%S %p"},
        ),
        (
            "timestamp,symbol,price,size\n02-Jan-25 15:30:00,AA,1.5,2\n",
            {"timestamp_format": "%d-%b-%y %H:%M:%S"},
        ),
        (
            "timestamp,symbol,price,size\n55800,AA,1.5,2\n",
            {"timestamp_format": "seconds-of-day", "date": "2025-01-02"},
        ),
        (
            "timestamp,symbol,price,size\n1735831800,AA,1.5,2\n",
            {"timestamp_format": "seconds"},
        ),
        (
            "timestamp,symbol,close,volume\n2025-01-02T15:29:00Z,AA,1.5,2\n",
            {
                "columns": "price=close,size=volume",
                "interval": "1min",
                "stamp": "start",
            },
        ),
        (f"timestamp:symbol;price;size\n{TIME};AA;1,5;2\n".replace(":s", ";s"), {"decimal": ","}),
        (f"timestamp symbol price size\n{TIME} AA 1.5 2\n", {"delimiter": "space"}),
        (f"{TIME},AA,1.5,2\n", {"header": "timestamp,symbol,price,size"}),
        (f"a title\nby me\ntimestamp,symbol,price,size\n{TIME},AA,1.5,2\n", {"skip_lines": "2"}),
        (f"timestamp,symbol,price,size\n{TIME},AA,150,2\n", {"price_scale": "0.01"}),
        (
            f"timestamp,symbol,price,size,type\n{TIME},AA,9,9,Q\n{TIME},AA,1.5,2,TRADE X\n",
            {"rows": "type=T,TRADE*"},
        ),
        (
            "date,time,symbol,price,size\n2025-01-02,15:30:00,AA,1.5,2\n",
            {"columns": "timestamp=date+time"},
        ),
        (f"timestamp,symbol,bid,ask,size\n{TIME},AA,1.4,1.6,2\n", {"stamp": "end"}),
        (
            f"timestamp,symbol,price,size\n{TIME},AA,1.5,2\n2025-01-02T15:30:01Z,AA,3,4\n",
            {"format": "tradestack", "tolerate": "1ms"},
        ),
    ],
)
def test_an_option_supplies_what_the_file_lacks(
    tmp_path: Path, text: str, options: dict[str, str]
) -> None:
    """Each gives the same tick: AA at 1.5, size 2, at half past three."""
    record = records_of(tmp_path, text, **options)[0]

    assert decode_symbol(bytes(record["symbol"])) == "AA"
    assert int(record["event_time_ns"]) == BAR_NS
    assert int(record["value"]) == 150_000_000
    assert int(record["size"]) == 200_000_000


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_refuses_a_wrong_value(name: str) -> None:
    """The message has the text and what is allowed; a preset's or member's name may be any."""
    if name in ("format", "member", "symbol"):
        pytest.skip("any text may be a name; the file decides")

    with pytest.raises(ValueError, match=r"'\?' is not "):
        ReadingOptions().with_text(name, "?")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5", "it has no unit"),
        ("5 weeks", "it has an unknown unit 'weeks'"),
        ("0s", "it has to be more than 0, at most 366d"),
        ("367d", "it has to be more than 0, at most 366d"),
    ],
)
@pytest.mark.parametrize("name", ["interval", "tolerate"])
def test_a_duration_is_refused_with_the_units(name: str, text: str, reason: str) -> None:
    """The form is that of the config files; 0 is not a duration here."""
    with pytest.raises(ValueError, match=re.escape(f"{text!r} is not {DURATION_FORM}: {reason}")):
        ReadingOptions().with_text(name, text)


def test_an_unknown_format_is_refused_with_those_known(tmp_path: Path) -> None:
    """The name is not guessed."""
    with pytest.raises(SourceFault, match=r"no format 'binance'; known: .*binance-aggtrades"):
        records_of(tmp_path, f"timestamp,symbol,price\n{TIME},AA,1\n", format="binance")


@pytest.mark.parametrize(
    ("scale", "texts"),
    [("-1..1", ("-1", "0", "0.5")), ("0..1", ("0", "0.5", "0.75")), ("1..5", ("1", "3", "4"))],
)
def test_sentiments_of_another_scale_are_mapped(
    tmp_path: Path, scale: str, texts: tuple[str, ...]
) -> None:
    """The ends of the scale are 0 and 100."""
    rows = "".join(f"{TIME},AA,{text}\n" for text in texts)

    records = records_of(tmp_path, f"timestamp,symbol,sentiment\n{rows}", sentiment_scale=scale)

    assert records["value"].tolist() == [0, 50 * 10**8, 75 * 10**8]


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (SourceKind.NEWS, ["-0.5", "0.9"], "use --sentiment-scale -1..1"),
        (SourceKind.NEWS, ["0.5", "0.9"], "use --sentiment-scale 0..1"),
        (SourceKind.NEWS, ["-80", "90", "20"], "use --sentiment-scale -100..100"),
        (SourceKind.PRICES, ["591230000000", "49200000000"], "use --price-scale 1e-9"),
        (SourceKind.PRICES, ["1,049"], "use --decimal ,"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(
    tmp_path: Path, kind: SourceKind, values: list[str], words: str
) -> None:
    """The message has what they look like, and the option that reads them."""
    rows = "".join(f'{TIME},AA,"{value}"\n' for value in values)
    path = write(tmp_path / "file.csv", f"timestamp,symbol,{kind.value}\n{rows}")

    with pytest.raises(SourceFault, match=words):
        check(path)


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        (SourceKind.NEWS, ["0", "1"], "looks like the scale 0 to 1"),
        (SourceKind.NEWS, ["3"] * 30, "no sentiment is above 3"),
        (SourceKind.PRICES, ["1912300", "1912500"], "if they are in fixed point"),
    ],
)
def test_values_that_are_only_unusual_are_a_warning(
    tmp_path: Path, kind: SourceKind, values: list[str], words: str
) -> None:
    """They may be meant; one sentence says what else they may be."""
    rows = "".join(f"{TIME},AA,{value}\n" for value in values)
    path = write(tmp_path / "file.csv", f"timestamp,symbol,{kind.value}\n{rows}")

    assert words in " ".join(check(path))


def check(path: Path) -> list[str]:
    """Check a file and return its warnings. Raises SourceFault."""
    with contextlib.closing(open_csv(path)) as source:
        list(check_source(source, 1 << 30))
        return warnings_of(source)


@pytest.mark.parametrize("size", ["", "NaN", "null", "N/A", "-", "99999999999999"])
def test_a_price_is_never_lost_for_a_size_that_is_none_or_too_large(
    tmp_path: Path, size: str
) -> None:
    """A size that is missing is 0, one that is too large the largest."""
    records = records_of(tmp_path, f"timestamp,symbol,price,size\n{TIME},AA,1.5,{size}\n")

    assert records["value"].tolist() == [150_000_000]
    assert records["size"].tolist() == [2**63 - 1 if size.isdigit() else 0]


def test_bars_are_known_at_their_ends(tmp_path: Path) -> None:
    """A generic file of bars is recognised; its close is not known when the bar begins."""
    rows = "".join(f"2025-01-02T15:{minute}:00Z,AA,1,1,1,1.5,2\n" for minute in (29, 30, 31))

    records = records_of(tmp_path, f"timestamp,symbol,open,high,low,close,volume\n{rows}")

    assert records["event_time_ns"].tolist()[0] == BAR_NS
    with pytest.raises(SourceFault, match="use --interval TIME"):
        records_of(tmp_path, f"timestamp,symbol,open,high,low,close\n{TIME},AA,1,1,1,1.5\n")


@pytest.mark.parametrize(
    ("local", "words"),
    [("2024-03-10 02:30:00", "does not exist in America/New_York: clocks skip it")],
)
def test_a_time_that_clocks_skip_is_refused(tmp_path: Path, local: str, words: str) -> None:
    """It stands for no instant."""
    with pytest.raises(SourceFault, match=words):
        records_of(tmp_path, f"timestamp,symbol,price\n{local},AA,1\n", timezone="America/New_York")


TWICE = ("2025-11-02 01:30:00", "2025-11-02 00:30:00", "2025-11-02 02:30:00")


@pytest.mark.parametrize("options", [{"sort": "true"}, {"tolerate": "1h"}])
def test_an_hour_that_comes_twice_is_refused_where_rows_are_sorted(
    tmp_path: Path, options: dict[str, str]
) -> None:
    """The order of the rows does not show which of the two it is."""
    reported = ReportedRows()
    rows = "".join(f"{time},AA,1\n" for time in TWICE)
    path = write(tmp_path / "file.csv", f"timestamp,symbol,price\n{rows}")
    told = options_of(timezone="America/New_York", **options)

    with contextlib.closing(open_csv(path, reported=reported, options=told)) as source:
        records = read_all(source)

    assert len(records) == 2
    ((line, reason),) = reported.lines
    assert line == 2
    assert "timestamp 2025-11-02 01:30:00 comes twice in America/New_York" in reason
    assert "write times in UTC or with an offset" in reason


def test_rows_out_of_order_by_little_stay_in_their_hour(tmp_path: Path) -> None:
    """A row that goes back by no more than it may is of the same hour as the row above."""
    seconds = ("01:30:01", "01:30:00", "01:00:00", "01:00:01", "01:00:00")
    rows = "".join(f"2025-11-02 {time},AA,1\n" for time in seconds)

    records = records_of(
        tmp_path,
        f"timestamp,symbol,price\n{rows}",
        timezone="America/New_York",
        tolerate="1s",
    )

    times = records["event_time_ns"].astype(np.int64)
    since_first_s = (times - times[0]) // 10**9
    assert since_first_s.tolist() == [0, -1, 1799, 1800, 1799]


def test_a_whole_day_comes_once_however_rows_are_sorted(tmp_path: Path) -> None:
    """A day ends at the first midnight, where clocks are set back at one o'clock."""
    text = "timestamp,symbol,price\n2025-11-02,AA,2\n2025-11-01,AA,1\n"

    records = records_of(tmp_path, text, timezone="America/Havana", sort="true")

    assert sorted(records["event_time_ns"].tolist()) == [
        1_762_056_000_000_000_000,
        1_762_146_000_000_000_000,
    ]


def test_the_time_of_dates_is_a_fact_once_it_is_told(tmp_path: Path) -> None:
    """Only who did not name it is warned, with the time that was taken in either case."""
    path = write(tmp_path / "bars.csv", "timestamp,symbol,price\n2025-01-02,AA,1.5\n")

    with contextlib.closing(open_csv(path, options=options_of(date_at="16:00"))) as source:
        list(check_source(source, 1 << 30))
        assert dict(describe(source))["dates"] == "each is 16:00:00 of its day"
        assert warnings_of(source) == []
    assert "each stands for the end of its day" in check(path)[0]
