"""Values of every type of column: exact to the nanosecond and the last digit."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import options_of, read_file
from tests.kit.parquet_files import table_of, text_of, written
from tradestack.domain.fixed_point import parse_fixed
from tradestack.wire.feed import decode_symbol

NOON_NS = 1_735_819_200_123_456_789  # 2025-01-02T12:00:00.123456789Z
SIZES = {"ms": 10**6, "us": 10**3, "ns": 1}
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu")


@pytest.mark.parametrize("zone", [None, *ZONES])
@pytest.mark.parametrize("unit", SIZES)
def test_times_are_exact_in_every_unit_and_zone(
    tmp_path: Path, unit: Any, zone: str | None
) -> None:
    """One with a zone is a moment; one without is taken for UTC, or for what --timezone says."""
    count = NOON_NS // SIZES[unit]
    times = pl.Series([count], dtype=pl.Int64).cast(pl.Datetime(unit))
    if zone is not None:
        times = times.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    path = written(tmp_path / "file", table_of(timestamp=times))

    (record,) = read_file(path)
    (local,) = read_file(path, options=options_of(timezone="America/New_York"))

    exact_ns = count * SIZES[unit]
    assert int(record["event_time_ns"]) == exact_ns
    late_ns = 5 * 3_600 * 10**9 if zone is None else 0
    assert int(local["event_time_ns"]) == exact_ns + late_ns


@given(count=st.integers(0, 2**63 - 1), unit=st.sampled_from(sorted(SIZES)))
def test_any_time_is_exact_or_refused(
    tmp_path_factory: pytest.TempPathFactory, count: int, unit: Any
) -> None:
    """What 64 bits of nanoseconds cannot hold costs its own row."""
    times = pl.Series([0, count], dtype=pl.Int64).cast(pl.Datetime(unit, "UTC"))
    table = pl.concat([table_of(), table_of()]).with_columns(timestamp=times)
    path = written(tmp_path_factory.mktemp("parquet") / "file", table)

    found = read_file(path)["event_time_ns"].tolist()

    exact_ns = count * SIZES[unit]
    is_held = exact_ns < 2**63
    assert found == ([0, exact_ns] if is_held else [0])


@pytest.mark.parametrize(
    ("times", "expected_ns"),
    [
        (pl.Series([datetime.date(2025, 1, 2)]), 1_735_862_400_000_000_000),  # the end of the day
        (pl.Series([1_735_819_200_123]), 1_735_819_200_123_000_000),
        (pl.Series([NOON_NS]), NOON_NS),
        (pl.Series(["2025-01-02T13:00:00.5+01:00"]), 1_735_819_200_500_000_000),
    ],
    ids=["date", "milliseconds", "nanoseconds", "text"],
)
def test_times_that_are_no_timestamps_are_read_as_in_a_csv(
    tmp_path: Path, times: pl.Series, expected_ns: int
) -> None:
    """Dates, integers and texts follow the rules of the parser."""
    (record,) = read_file(written(tmp_path / "file", table_of(timestamp=times)))

    assert int(record["event_time_ns"]) == expected_ns


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([Decimal("0.00000001")], dtype=pl.Decimal(38, 8)), "0.00000001"),
        (pl.Series([Decimal("92233720368.54775807")], dtype=pl.Decimal(38, 8)), None),
        (pl.Series([0.1], dtype=pl.Float32), "0.1"),
        (pl.Series([0.1 + 0.2]), "0.3"),  # 0.30000000000000004, rounded to 8 decimals
        (pl.Series([1e-7]), "0.0000001"),
        (pl.Series([12_345_678_901.25]), "12345678901.25"),
        (pl.Series([7], dtype=pl.UInt8), "7"),
        (pl.Series([2**33], dtype=pl.UInt64), str(2**33)),
        (pl.Series(["1.50"]), "1.5"),
    ],
)
def test_prices_of_every_type_are_exact(
    tmp_path: Path, values: pl.Series, expected: str | None
) -> None:
    """Decimals have all their digits, floats the fewest that tell them apart."""
    (record,) = read_file(written(tmp_path / "file", table_of(price=values)))

    assert int(record["value"]) == parse_fixed(expected or str(values[0]))


@pytest.mark.parametrize(
    "symbols",
    [
        pl.Series(["SPY"], dtype=pl.Categorical),
        pl.Series(["SPY"], dtype=pl.Enum(["IBM", "SPY"])),
        pl.Series([b"SPY"]),
    ],
    ids=["categorical", "enum", "binary"],
)
def test_symbols_of_every_type_are_read(tmp_path: Path, symbols: pl.Series) -> None:
    """Most programs write them as a dictionary; some do not say that bytes are a text."""
    (record,) = read_file(written(tmp_path / "file", table_of(symbol=symbols)))

    assert decode_symbol(bytes(record["symbol"])) == "SPY"


def test_each_row_is_one_line(tmp_path: Path) -> None:
    """Nulls are blank, as is what no cell can hold; line breaks are spaces; long texts are cut."""
    table = pl.DataFrame(
        {
            "a\nb": ["x\ny\r,z", None],
            "long": ["é" * 300, '"'],
            "list": [[1, 2], None],
            "struct": [{"a": 1}, None],
            "duration": [datetime.timedelta(1), None],
            "bytes": [b"\xff\n", b"ok"],
            "time": [datetime.time(9, 30), None],
            "yes": [True, None],
            "nothing": [None, None],
        }
    )

    lines = text_of(written(tmp_path / "file", table)).split("\n")

    assert lines == [
        "a b,long,list,struct,duration,bytes,time,yes,nothing",
        f'"x y ,z",{"é" * 256},,,,\ufffd ,09:30:00.000000000,true,',
        ',"""",,,,ok,,,',
        "",
    ]


def test_times_beyond_the_calendar_are_written_in_words(tmp_path: Path) -> None:
    """They would be taken for an epoch in another unit, were they written as numbers."""
    far = pl.Series([253_402_300_799_999, 253_402_300_800_000, -(2**63) + 1, None])
    days = pl.Series([2_932_896, 2_932_897, -719_163, None], dtype=pl.Int32)
    table = pl.DataFrame(
        {"ms": far.cast(pl.Datetime("ms")), "us": far.cast(pl.Datetime("us", "UTC"))}
    ).with_columns(day=days.cast(pl.Date))

    lines = text_of(written(tmp_path / "file", table)).splitlines()

    assert lines[1:] == [
        "9999-12-31T23:59:59.999000000,1978-01-11T21:31:40.799999000Z,9999-12-31",
        "253402300800000 ms since 1970,1978-01-11T21:31:40.800000000Z,2932897 days since 1970",
        f"{-(2**63) + 1} ms since 1970,{-(2**63) + 1} us since 1970,-719163 days since 1970",
        ",,",
    ]
