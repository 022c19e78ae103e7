"""Files in the layouts of vendors: each is read as EXPECTATIONS.md beside them says."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.kit.csv_files import ReportedRows, open_csv, options_of, read_all, write
from tests.sources.csv.formats.vendor_files import DAY_NS, FILES, NEW_YEAR_NS, REFUSED, vendor_file
from tradestack.domain.fixed_point import FIXED_MAX, parse_fixed
from tradestack.sources.csv import source as csv_source
from tradestack.sources.csv.check import check_source, describe, warnings_of
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.source import CsvSource
from tradestack.sources.sorted_source import SortedSource
from tradestack.sources.source import Source, SourceFault
from tradestack.wire.feed import TickRecords, decode_symbol

# Files with a header and nothing before it, and the delimiter of each.
AS_TABLES = {
    **dict.fromkeys(
        (
            "v02_binance_um_aggtrades.csv",
            "v04_stooq.csv",
            "v06b_dukascopy_node_ticks.csv",
            "v08_yahoo_daily.csv",
            "v08b_dates_only.csv",
            "v09_databento_raw.csv",
            "v10_polygon_trades.csv",
            "v12b_quoted_decimal_comma.csv",
            "v13_tardis_trades.csv",
            "v15_yyyymmdd.csv",
            "v15c_excel_serial.csv",
            "v19_naive_fallback.csv",
            "v20_long_symbols.csv",
            "v21_pepe.csv",
            "v22d_iso_forms.csv",
            "v25_pandas_index.csv",
            "v28_merged_price_and_sentiment.csv",
            "v29_out_of_order_by_1us.csv",
        ),
        ",",
    ),
    "v12_excel_de.csv": ";",
    "v27_coinapi.csv": ";",
}


def in_order(source: CsvSource) -> Source:
    """Sort a source that says so."""
    return SortedSource(source, None) if source.recognised.sort else source


@contextlib.contextmanager
def checked(
    path: Path, reported: ReportedRows | None = None, **options: str
) -> Iterator[CsvSource]:
    """A source that was read to its end and checked. Raises SourceFault."""
    with contextlib.closing(
        open_csv(path, reported=reported, options=options_of(**options))
    ) as source:
        list(check_source(source, 1 << 30))
        yield source


def read(path: Path, kind: SourceKind | None = None, **options: str) -> TickRecords:
    """Read all records in order."""
    source = in_order(open_csv(path, kind, options=options_of(**options)))
    with contextlib.closing(source):
        return read_all(source)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_its_vendor_means_it(name: str) -> None:
    """Preset, number of ticks, first tick and refused rows are those expected."""
    expected, path, reported = FILES[name], vendor_file(name), ReportedRows()

    with checked(path, reported, **expected.options) as source:
        preset = source.recognised.preset.name
    records = read(path, **expected.options)

    first = records[0]
    assert preset == expected.preset
    assert len(records) == expected.ticks
    assert decode_symbol(bytes(first["symbol"])) == expected.symbol
    assert int(first["event_time_ns"]) == expected.first_ns
    assert int(first["value"]) == parse_fixed(expected.price)
    assert int(first["size"]) == parse_fixed(expected.size)
    assert int(first["side"]) == expected.side
    assert [line for line, _ in reported.lines] == list(expected.refused_lines)
    times = records["event_time_ns"]
    assert (times[1:] >= times[:-1]).all()


@pytest.mark.parametrize("name", FILES)
def test_both_parsers_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the quick parser reads a file, it gives the records of the other one."""
    expected, path = FILES[name], vendor_file(name)
    quick = read(path, **expected.options)

    monkeypatch.setattr(csv_source, "parse_block", lambda *_: None)

    assert np.array_equal(read(path, **expected.options), quick)


@pytest.mark.parametrize("types", [None, 0], ids=["numbers", "texts"])
@pytest.mark.parametrize("name", AS_TABLES)
def test_a_table_of_a_vendor_may_be_parquet(tmp_path: Path, name: str, types: int | None) -> None:
    """Columns of the same names give the ticks of the CSV, by the same preset and options."""
    expected, path = FILES[name], vendor_file(name)
    separator = AS_TABLES[name]
    table = pl.read_csv(path, separator=separator, infer_schema_length=types)
    table.write_parquet(tmp_path / name)

    with checked(tmp_path / name, **expected.options) as source:
        preset = source.recognised.preset.name

    assert preset == expected.preset
    assert np.array_equal(read(tmp_path / name, **expected.options), read(path, **expected.options))


@pytest.mark.parametrize("name", REFUSED)
def test_missing_information_is_asked_for_by_option(name: str) -> None:
    """The fault has the line, what it looks like, and the option that reads it."""
    path, (line, words) = vendor_file(name), REFUSED[name]

    with pytest.raises(SourceFault) as caught, checked(path):
        pass

    assert words in str(caught.value.reason)
    assert caught.value.line == line


def test_news_among_prices_are_read_as_news() -> None:
    """A row without a sentiment is neither news nor a bad row."""
    path = vendor_file("v28_merged_price_and_sentiment.csv")
    reported = ReportedRows()

    source = open_csv(path, SourceKind.NEWS, reported=reported)
    with contextlib.closing(source):
        records = read_all(source)

    assert records["value"].tolist() == [82 * 10**8, 21 * 10**8]
    assert not reported.lines


def test_the_hour_that_comes_twice_is_known_by_the_order_of_the_file() -> None:
    """The third row is an hour later than it would be in summer time."""
    path = vendor_file("v19_naive_fallback.csv")

    times = read(path, timezone="America/New_York")["event_time_ns"].tolist()

    assert times[2] == 1730613600000000000


def test_sizes_and_prices_beyond_a_tick_are_counted() -> None:
    """A price is never lost for its size; a rounded price is said."""
    with checked(vendor_file("v21_pepe.csv")) as source:
        assert source.row_counts().sizes_saturated == 2
        assert "2 sizes are larger" in " ".join(warnings_of(source))
    with checked(vendor_file("v21b_tiny_price.csv")) as source:
        assert source.row_counts().prices_rounded == 2
    records = read(vendor_file("v21b_tiny_price.csv"), price_scale="1e6")
    assert records["value"].tolist()[:2] == [22_650, 21_010]
    assert read(vendor_file("v21_pepe.csv"))["size"].tolist()[0] == FIXED_MAX


def test_the_check_says_what_was_found(tmp_path: Path) -> None:
    """From when to when, symbols, preset, columns used and not used, and what is unusual."""
    text = "local_timestamp,symbol,price,amount\n2025-01-02,AA,1.5,7\n"
    path = write(tmp_path / "prices.csv", text)

    with checked(path, columns="timestamp=local_timestamp") as source:
        facts, warnings = dict(describe(source)), warnings_of(source)

    assert facts["from"] == facts["to"] == "2025-01-03T00:00:00.000000Z"
    assert facts["symbols"] == "1"
    assert facts["format"] == "tradestack, by its header"
    assert facts["columns"] == (
        "timestamp (local_timestamp), symbol, price; size: none found, sizes are 0"
    )
    assert facts["not used"] == "amount"
    assert facts["zone"] == "UTC"
    assert "dates without time of day" in warnings[0]


def test_times_without_a_zone_beside_others_are_reported(tmp_path: Path) -> None:
    """The warning has both numbers, and what was taken."""
    times = ("2025-01-02T15:30:00Z", "2025-01-02T15:31:00", "2025-01-02T15:32:00")
    rows = "".join(f"{time},AA,1.5\n" for time in times)
    path = write(tmp_path / "prices.csv", f"timestamp,symbol,price\n{rows}")

    with checked(path) as source:
        assert warnings_of(source) == [
            "2 times have no zone and were taken for UTC, 1 have one",
        ]


STOOQ = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"


@pytest.mark.parametrize(
    ("times", "first_ns"),
    [
        (("000000", "000000"), NEW_YEAR_NS + DAY_NS),  # daily: known at the end of the day
        (("000000", "000500"), NEW_YEAR_NS),  # the bar that ends at midnight
    ],
)
def test_midnight_stands_for_a_day_only_in_daily_files(
    tmp_path: Path, times: tuple[str, str], first_ns: int
) -> None:
    """A day's close must not be known at its beginning, nor a bar of midnight a day late."""
    dates = ("20250101", "20250101" if times[1] > "0" * 6 else "20250102")
    rows = "".join(f"A,5,{d},{t},1,1,1,2.5,7,0\n" for d, t in zip(dates, times, strict=True))

    records = read(write(tmp_path / "a.csv", STOOQ + rows), timezone="UTC")

    assert int(records["event_time_ns"][0]) == first_ns
