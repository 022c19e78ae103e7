"""Parquet: the same ticks as the same rows in a CSV, exact to the nanosecond and the last digit."""

import contextlib
import datetime
import gzip
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import (
    NEWS_HEADER,
    PRICES_HEADER,
    ReportedRows,
    news_rows,
    open_csv,
    options_of,
    price_rows,
    read_all,
    read_file,
    read_from_text,
    read_to_fault,
    write,
)
from tests.kit.parquet_files import WITHOUT_POLARS, write_as_parquet
from tradestack.domain.fixed_point import parse_fixed
from tradestack.sources.csv import parquet
from tradestack.sources.csv.check import describe
from tradestack.sources.csv.container import open_container
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.csv.parsing.rows import OnBadRow
from tradestack.sources.source import SourceFault
from tradestack.wire.feed import decode_symbol

ROOT = Path(__file__).parents[3]
ROWS = 9_000
NOON_NS = 1_735_819_200_123_456_789  # 2025-01-02T12:00:00.123456789Z
SIZES = {"ms": 10**6, "us": 10**3, "ns": 1}
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small file be read in several pieces."""
    monkeypatch.setattr(parquet, "FETCHED_VALUES_MAX", 1_000)
    monkeypatch.setattr(parquet, "WRITTEN_VALUES_MAX", 300)


def table_of(**columns: Any) -> pl.DataFrame:
    """Return a table of one good row, with these columns instead of its own."""
    row = {"timestamp": "2025-01-02T12:00:00Z", "symbol": "SPY", "price": 580.1, "size": 100}
    return pl.DataFrame({**{name: [value] for name, value in row.items()}, **columns})


def written(path: Path, table: pl.DataFrame) -> Path:
    """Write the table and return its path."""
    table.write_parquet(path)
    return path


def text_of(path: Path, options: ReadingOptions | None = None) -> str:
    """Return the text that the parser is given."""
    opened = open_container(path, options or ReadingOptions())
    pieces = []
    while piece := opened.read1(100):
        pieces.append(piece)
    opened.close()
    return b"".join(pieces).decode()


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "gzip", "zstd", "lz4"])
@pytest.mark.parametrize("row_group_size", [100, ROWS])
def test_the_rows_of_a_csv_give_the_same_ticks(
    tmp_path: Path, compression: Any, row_group_size: int
) -> None:
    """However it is compressed and cut into row groups, and after a restore in the middle."""
    text = PRICES_HEADER + price_rows(ROWS)
    expected = read_from_text(tmp_path, text)
    table = pl.read_csv(text.encode(), try_parse_dates=True)
    assert table.schema["timestamp"].is_temporal()
    path = tmp_path / "file"
    table.write_parquet(path, compression=compression, row_group_size=row_group_size)

    source = open_csv(path)
    first = source.next_batch()
    assert first is not None
    mark = source.checkpoint()
    rest = read_all(source)
    assert source.share_read == 1.0
    source.restore(mark)
    again = read_all(source)
    source.close()

    assert np.array_equal(np.concatenate([first.records, rest]), expected)
    assert 0 < len(first) < ROWS
    assert np.array_equal(again, rest)


def test_a_restore_does_not_depend_on_the_length_of_the_text(tmp_path: Path) -> None:
    """The place is a row: another version of Polars may write a number with other characters."""
    path = write_as_parquet(tmp_path / "file", PRICES_HEADER + price_rows(ROWS))
    source = open_csv(path)
    source.next_batch()
    mark = source.checkpoint()
    rest = read_all(source)

    source.restore({**mark, "offset": mark["offset"] + 7})

    assert np.array_equal(read_all(source), rest)
    source.close()


def test_news_are_read_from_parquet(tmp_path: Path) -> None:
    """The header decides, as in a CSV."""
    text = NEWS_HEADER + news_rows(*range(0, 5_000, 10))

    path = write_as_parquet(tmp_path / "file.csv", text)

    with contextlib.closing(open_csv(path)) as source:
        assert source.kind is SourceKind.NEWS
    assert np.array_equal(read_file(path), read_from_text(tmp_path, text))


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


@pytest.mark.parametrize("bad_row", [1, 2, 60, 75, 1_000, 5_000, ROWS])
def test_a_bad_row_is_reported_by_its_number(tmp_path: Path, bad_row: int) -> None:
    """The first row is 1, whatever piece of the file a row is read in."""
    table = pl.read_csv((PRICES_HEADER + price_rows(ROWS)).encode(), try_parse_dates=True)
    at = pl.int_range(1, ROWS + 1) == bad_row
    headline = pl.lit("two\nlines").alias("headline")
    bad = table.with_columns(headline, price=pl.when(at).then(-1.0).otherwise("price"))
    path, reported = written(tmp_path / "file", bad), ReportedRows()

    source = open_csv(path, reported=reported)
    count = len(read_all(source))
    source.close()

    assert [line for line, _ in reported.lines] == [bad_row]
    assert count == ROWS - 1


def test_a_fault_has_the_number_of_its_row(tmp_path: Path) -> None:
    """A file that must have no bad row is refused there."""
    table = pl.concat([table_of(), table_of(price=[0.0])])
    path = written(tmp_path / "file", table)

    _, fault = read_to_fault(open_csv(path, on_bad_row=OnBadRow.REJECT))

    assert str(fault) == f"{path}: line 2: price is not greater than 0: '0.0'"


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    """It has a header and nothing else."""
    path = written(tmp_path / "file", table_of().clear())

    with pytest.raises(SourceFault, match="line 1: no data rows after the header"):
        read_file(path)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    """The columns that were found are those of the table."""
    path = written(tmp_path / "file", table_of().rename({"price": "vwap"}))

    with pytest.raises(SourceFault, match="columns found: timestamp, symbol, vwap, size"):
        open_csv(path)


def test_options_of_columns_hold_for_parquet(tmp_path: Path) -> None:
    """Columns are named by --columns, or all of them by --header."""
    path = written(tmp_path / "file", table_of().rename({"timestamp": "__index_level_0__"}))
    expected = read_file(written(tmp_path / "plain", table_of()))
    header = options_of(header="timestamp,symbol,price,size")

    assert np.array_equal(
        read_file(path, options=options_of(columns="timestamp=__index_level_0__")), expected
    )
    assert np.array_equal(read_file(path, options=header), expected)
    assert text_of(path, header) == "2025-01-02T12:00:00Z,SPY,580.1,100\n"


def test_the_check_says_what_was_found(tmp_path: Path) -> None:
    """Preset, columns and times are those of the table."""
    source = open_csv(written(tmp_path / "file", table_of(conditions=[[12]])))
    read_all(source)

    facts = dict(describe(source))

    assert facts["format"] == "tradestack, by its header"
    assert facts["columns"] == "timestamp, symbol, price, size"
    assert facts["not used"] == "conditions"
    source.close()


def test_the_command_checks_parquet(tmp_path: Path) -> None:
    """`--check-csv` says how many rows are good, and which are not."""
    path = write_as_parquet(tmp_path / "p.csv", f"{PRICES_HEADER}{price_rows(3)}x,AA,1,2\n")

    done = subprocess.run(
        [sys.executable, "-m", "tradestack_gateway", "--check-csv", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{path}: line 4: refused: timestamp" in done.stdout
    assert f"{path}: SKIP, 3 rows good, 1 refused" in done.stdout


@pytest.mark.parametrize("lost", [1, 3, 4, 8, 100])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, lost: int) -> None:
    """What describes a Parquet file is at its end."""
    path = write_as_parquet(tmp_path / "file", PRICES_HEADER + price_rows(100))
    path.write_bytes(path.read_bytes()[:-lost])

    words = (
        r"line 1: is a Parquet file that cannot be read \(its end is missing\); copy or download"
    )
    with pytest.raises(SourceFault, match=words):
        open_csv(path)


DAMAGE = """\
import sys
from pathlib import Path
from tests.kit.csv_files import read_file
from tradestack.sources.source import SourceFault
path = Path(sys.argv[1])
content = path.read_bytes()
for at in range(4, len(content)):
    path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
    try:
        read_file(path)
    except SourceFault as fault:
        print(fault)
"""


def test_damage_at_any_byte_costs_no_more_than_the_file(tmp_path: Path) -> None:
    """It is a fault of one line, or not to be noticed; Polars prints nothing about it."""
    path = written(tmp_path / "file", table_of().select("timestamp", "symbol", "price"))

    done = subprocess.run(
        [sys.executable, "-c", DAMAGE, path],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        cwd=ROOT,
    )

    faults = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert all(fault.startswith(f"{path}: line ") for fault in faults)
    assert sum("cannot be read (" in fault for fault in faults) > 100
    assert any("(Polars has failed)" in fault for fault in faults)  # a panic


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PAR1", "its end is missing"),
        (b"PAR1PAR1", "is a Parquet file that cannot be read"),
        (b"PAR1" + bytes(60) + b"PAR1", "is a Parquet file that cannot be read"),
        (b"PARE" + bytes(60) + b"PARE", "is encrypted Parquet; write it without encryption"),
        (gzip.compress(b"PAR1" + bytes(60)), "is Parquet in another container; unpack it first"),
    ],
)
def test_what_is_no_readable_parquet_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """The message says what it is, and what to do."""
    with pytest.raises(SourceFault, match=words):
        open_csv(write(tmp_path / "prices.csv", content))


def without_polars(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a module in an interpreter that has no Polars."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_POLARS, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_polars_the_message_has_the_command_that_installs_it(tmp_path: Path) -> None:
    """One sentence names the file and what it is; the command is that of this environment."""
    path = written(tmp_path / "prices.csv", table_of())

    done = without_polars("tradestack_gateway", "--check-csv", path)

    assert done.returncode == 78
    assert done.stdout.splitlines() == [
        f"{path}: line 1: is Parquet, and Polars, the Python package that reads it, is not "
        f"installed; install it by {sys.executable} -m pip install polars",
        f"{path}: REJECT, 0 rows",
    ]
    assert done.stderr == ""


def test_without_polars_everything_else_is_read(tmp_path: Path) -> None:
    """It is an extra of the package."""
    path = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(3))

    done = without_polars("tradestack_gateway", "--check-csv", path)

    assert done.returncode == 0
    assert "ACCEPT, 3 rows good" in done.stdout
