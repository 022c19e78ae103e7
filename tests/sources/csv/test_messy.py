"""Messy files: each gets the result that expectations.csv lists, also from --check-csv."""

import contextlib
import csv
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.kit.csv_files import SHARED_DATA, ReportedRows, open_csv, read_all, write
from tradestack.sources.csv.check import Verdict, check_source
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.parsing.rows import OnBadRow
from tradestack.sources.source import SourceFault
from tradestack.wire.feed import TickRecords
from tradestack_gateway.sources.csv_check import check_csv

MESSY = SHARED_DATA / "messy"
# The lines that the table names for files whose bad rows are skipped.
SKIPPED_LINES = {
    "m07_nan_and_blank_price.csv": [12, 22, 32],
    "m08_negative_zero_price.csv": [12, 22],
    "m17_huge_symbol.csv": [12],
    "m18_unicode_symbol.csv": [12, 22],
    "m25_ragged_rows.csv": [12, 22],
    "m26_thousands_and_currency.csv": [12],
    "m28_nul_byte.csv": [38],
    "s01_out_of_range.csv": [7, 17, 27],
}
# What the table wants to be said of files that are refused: line, words.
REJECTED = {
    "m04_missing_price_column.csv": (1, 'column "price" missing'),
    "m09_unsorted.csv": (102, "earlier than the row before"),
    "m11_empty.csv": (1, "file is empty"),
    "m12_header_only.csv": (1, "no data rows"),
    "m16_gzip_truncated.csv.gz": (83, "truncated"),
    "m24_mixed_formats.csv": (102, "change from ISO-8601 to epoch milliseconds"),
    "m27_latin1_bytes.csv": (202, "not valid UTF-8"),
    "m31_no_header.csv": (1, "header not found"),
    "m32_lean_original.csv": (1, 'column "symbol" missing'),
    "s02_minus1_to_1_scale.csv": (10, "scale -1 to 1"),
    "s03_text_labels.csv": (2, "is not a decimal number"),
    "s06_swapped_with_prices.csv": (1, 'column "sentiment" missing'),
}
# Accepted, and not the base's rows: duplicated, with another symbol, or another tape altogether.
OTHER_ROWS = {"m10_duplicate_rows.csv", "s04_unknown_symbols.csv", "n01_real_bad_prints.csv"}
HEADER_LINES = 1
# Where the table allows both, we read what is meant, and refuse what cannot be known.
ACCEPTED = {"verdict": "ACCEPT", "rows_good": "200"}
CHOSEN = {
    "m13_semicolon.csv": ACCEPTED,
    "m14_tab.tsv": ACCEPTED,
    "m30_blank_and_comment_lines.csv": ACCEPTED,
    "m25_ragged_rows.csv": {"rows_good": "198"},
}


def table() -> list[dict[str, str]]:
    """Read expectations.csv; return nothing if it is missing."""
    path = MESSY / "expectations.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{**row, **CHOSEN.get(row["file"], {})} for row in rows]


def messy_rows() -> Iterator[object]:
    """One test for each row; if there is none, one test that is skipped with the reason."""
    rows = table()
    if not rows:
        reason = f"{MESSY} is not here"
        yield pytest.param({"file": "none"}, marks=pytest.mark.skip(reason=reason))
    for row in rows:
        yield pytest.param(row, id=row["file"])


def kind_of(name: str) -> SourceKind:
    """Return the kind that an operator would configure for the file."""
    is_news = name.startswith("s") or "sentiment" in name
    return SourceKind.NEWS if is_news else SourceKind.PRICES


def examine(path: Path, reported: ReportedRows) -> tuple[Verdict, TickRecords]:
    """Check the file, then read it again as it is streamed. Raises SourceFault."""
    kind = kind_of(path.name)
    source = open_csv(path, kind, reported=reported)
    try:
        *_, verdict = check_source(source, 1 << 30)
    finally:
        source.close()
    again = open_csv(path, kind)
    try:
        return verdict, read_all(again)
    finally:
        again.close()


def base_records(name: str) -> TickRecords:
    """Return the records of the clean file that a messy one was made from."""
    news = kind_of(name) is SourceKind.NEWS
    path = MESSY / ("m00_base_sentiment.csv" if news else "m00_base_prices.csv")
    return examine(path, ReportedRows())[1]


@pytest.mark.parametrize("row", list(messy_rows()))
def test_a_messy_file_gets_its_listed_result(row: dict[str, str]) -> None:
    """Verdict, number of rows, lines, reasons, and the rows of the clean file."""
    name, reported = row["file"], ReportedRows()
    if row["verdict"] == "REJECT":
        with pytest.raises(SourceFault) as caught:
            examine(MESSY / name, reported)
        line, words = REJECTED[name]
        assert caught.value.line == line
        assert words in str(caught.value.reason)
        return

    verdict, records = examine(MESSY / name, reported)

    assert verdict.rows_good == len(records) == int(row["rows_good"])
    assert ("SKIP" if verdict.rows_rejected else "ACCEPT") == row["verdict"]
    assert verdict.rows_rejected == len(reported.lines)
    assert [line for line, _ in reported.lines] == SKIPPED_LINES.get(name, [])
    if name not in OTHER_ROWS:
        assert_same_as_base(name, records)


def assert_same_as_base(name: str, records: TickRecords) -> None:
    """Compare all bytes, except refused rows and the precision of epoch times."""
    base = base_records(name)
    if name == "m23_epoch_nanos.csv":
        base["event_time_ns"] += 1
    refused = [line - HEADER_LINES - 1 for line in SKIPPED_LINES.get(name, [])]
    assert np.array_equal(records, np.delete(base, refused))


@pytest.mark.parametrize("name", sorted(SKIPPED_LINES))
def test_a_strict_gateway_refuses_the_file_at_its_first_bad_row(name: str) -> None:
    """With on_bad_row = "reject", the fault names that line, and nothing after it is read."""
    if not MESSY.exists():
        pytest.skip(f"{MESSY} is not here")
    source = open_csv(MESSY / name, kind_of(name), on_bad_row=OnBadRow.REJECT)

    with contextlib.closing(source), pytest.raises(SourceFault) as caught:
        list(check_source(source, 1 << 30))

    assert caught.value.line == SKIPPED_LINES[name][0]


@pytest.mark.parametrize(
    ("name", "column"),
    [("n01_real_bad_prints.csv", "price"), ("s04_unknown_symbols.csv", "sentiment")],
)
def test_unusual_but_valid_rows_are_kept(name: str, column: str) -> None:
    """Rows, values and order are those that the standard library's reader returns."""
    path = MESSY / name
    if not path.exists():
        pytest.skip(f"{MESSY} is not here")
    with path.open(newline="") as file:
        expected = [(row["symbol"], Decimal(row[column])) for row in csv.DictReader(file)]

    _, records = examine(path, ReportedRows())

    symbols = [symbol.decode().rstrip() for symbol in records["symbol"].tolist()]
    values = [Decimal(value) / 10**8 for value in records["value"].tolist()]
    assert list(zip(symbols, values, strict=True)) == expected


@pytest.mark.parametrize("row", list(messy_rows()))
def test_check_csv_prints_the_verdict_with_file_and_reason(
    row: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Output and exit status are those expected, for every file of the table."""
    name = row["file"]
    prefix = "sentiment" if kind_of(name) is SourceKind.NEWS else "prices"

    status = check_csv(f"{prefix}:{MESSY / name}", None, {})

    *lines_before, verdict = capsys.readouterr().out.splitlines()
    refused = [line for line in lines_before if ": line " in line]
    assert verdict.startswith(f"{MESSY / name}: {row['verdict']}, {row['rows_good']} rows")
    if row["verdict"] != "REJECT":
        assert status == 0
        lines = [int(line.split("line ")[1].split(":")[0]) for line in refused]
        assert lines == SKIPPED_LINES.get(name, [])
        return
    line, words = REJECTED[name]
    assert status == 78
    assert refused[-1].startswith(f"{MESSY / name}: line {line}: ")
    assert words in refused[-1]


def test_check_csv_uses_the_column_names_of_a_config(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --config, the file is checked as that gateway would read it."""
    config = write(
        tmp_path / "gateway.toml",
        'on_bad_row = "reject"\n[columns]\ntimestamp = ["when"]\nprice = ["last"]\n',
    )
    text = "when,symbol,last\n2026-01-15T14:30:00Z,AA,10.25\n2026-01-15T14:30:00Z,BB,none\n"
    prices = write(tmp_path / "prices.csv", text)

    without, with_config = check_csv(str(prices), None, {}), check_csv(str(prices), config, {})

    first, _, _, second, _ = capsys.readouterr().out.splitlines()
    assert (without, with_config) == (78, 78)
    assert "line 1: " in first
    assert "line 3: price 'none' is not a decimal number" in second


def test_duplicates_are_kept() -> None:
    """Identical rows are real trades: the result is the base with each row twice."""
    path = MESSY / "m10_duplicate_rows.csv"
    if not path.exists():
        pytest.skip(f"{MESSY} is not here")

    _, records = examine(path, ReportedRows())

    assert np.array_equal(records, np.repeat(base_records(path.name), 2))


@pytest.mark.parametrize(
    ("argument", "status", "words"),
    [
        ("m00_base_prices.csv", 0, "ACCEPT, 200 rows good"),
        ("m07_nan_and_blank_price.csv", 0, "SKIP, 197 rows good, 3 refused"),
        ("m09_unsorted.csv", 78, "line 102: timestamp is earlier"),
        ("sentiment:s06_swapped_with_prices.csv", 78, 'required column "sentiment" missing'),
        ("s02_minus1_to_1_scale.csv", 78, "REJECT, 0 rows"),
        ("m16_gzip_truncated.csv.gz", 78, "compressed file is truncated"),
        ("no_such_file.csv", 78, "No such file"),
    ],
)
def test_the_command_prints_the_same(argument: str, status: int, words: str) -> None:
    """`tradestack-gateway --check-csv` runs as a process, as `tradestackctl import` runs it."""
    if not MESSY.exists():
        pytest.skip(f"{MESSY} is not here")
    prefix, _, name = argument.rpartition(":")
    target = f"{prefix}:{MESSY / name}" if prefix else str(MESSY / name)

    done = subprocess.run(
        [sys.executable, "-m", "tradestack_gateway", "--check-csv", target],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == status
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
