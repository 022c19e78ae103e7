"""Rows: the rules that each must follow, and faults that end a file."""

import contextlib
from pathlib import Path

import pytest

from tests.kit.csv_files import (
    NEWS_HEADER,
    PRICES_HEADER,
    ReportedRows,
    open_csv,
    options_of,
    read_all,
    read_from_text,
    read_to_fault,
    write,
)
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.parsing.rows import OnBadRow
from tradestack.sources.reason import Reason
from tradestack.sources.source import SourceFault

TIME = "2026-01-15T14:30:00Z"
GOOD = f"{TIME},SPY,1.5,100\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{TIME},SPY", "2 fields where the header has 4"),
        (
            f"{TIME},SPY,1,498.82,100",
            "5 fields where the header has 4; put fields with ',' in them into quotes, and use "
            '--thousands , for numbers like "1,498.82"',
        ),
        (f"{TIME},SPY,1.5,100,, ,x", "7 fields where the header has 4"),
        (f"{TIME},SPY,,100", "price is blank"),
        (f"{TIME},SPY,NaN,100", "price 'NaN' is not a decimal number"),
        (f"{TIME},SPY,inf,100", "price 'inf' is not a decimal number"),
        (f'{TIME},SPY,"$1,049.20",100', "price '$1,049.20' is not a decimal number"),
        (f"{TIME},SPY,0,100", "price is not greater than 0: '0'"),
        (
            f"{TIME},SPY,0.000000001,100",
            "price '0.000000001' is below 10⁻⁸, the smallest price step",
        ),
        (f"{TIME},SPY,-1,100", "price is not greater than 0: '-1'"),
        (f"{TIME},SPY,99999999999,100", "price '99999999999' is out of range"),
        (f"{TIME},SPY,1.5,-1", "size is negative: '-1'"),
        (f"{TIME},SPY,1.5,many", "size 'many' is not a decimal number"),
        (f"{TIME},,1.5,100", "symbol is not 1 to 24 printable ASCII characters without spaces: ''"),
        (
            f"{TIME},S PY,1.5,100",
            "symbol is not 1 to 24 printable ASCII characters without spaces: 'S PY'",
        ),
        (
            f"{TIME},S\0PY,1.5,100",
            "symbol is not 1 to 24 printable ASCII characters without spaces: 'S\\x00PY'",
        ),
        (
            f"{TIME},TWENTYFIVECHARACTERSLONG!,1.5,1",
            "symbol is not 1 to 24 printable ASCII characters",
        ),
        (f"{TIME},\u0391APL,1.5,1", "symbol is not 1 to 24 printable ASCII characters"),
        ("noon,SPY,1.5,100", "timestamp is in no known form: 'noon'"),
        (f"{TIME},SPY,1.\r5,100", "new-line character"),
        (f'{TIME},"SP"Y,1.5,100', "',' expected after '\"'"),
    ],
)
def test_a_bad_row_is_refused_alone(tmp_path: Path, row: str, reason: str) -> None:
    """It has its own line and reason; the rows around it are read."""
    reported = ReportedRows()
    path = write(tmp_path / "prices.csv", PRICES_HEADER + GOOD + row + "\n" + GOOD)

    source = open_csv(path, reported=reported)
    records = read_all(source)

    assert len(records) == 2
    assert [line for line, _ in reported.lines] == [3]
    assert reported.lines[0][1].startswith(reason)
    assert source.row_counts().rejected == 1
    source.close()


def test_reject_refuses_the_file_at_the_first_bad_row(tmp_path: Path) -> None:
    """With on_bad_row = reject, nothing after the row is read."""
    path = write(tmp_path / "prices.csv", PRICES_HEADER + GOOD + f"{TIME},SPY,,\n" + GOOD)
    source = open_csv(path, on_bad_row=OnBadRow.REJECT)

    records, fault = read_to_fault(source)

    assert len(records) == 1
    assert (fault.line, str(fault.reason)) == (3, "price is blank")


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        (GOOD + "2026-01-15T14:29:59Z,SPY,1,1\n", 3, "earlier than the row before"),
        (GOOD + "1768487401,SPY,1,1\n", 3, "change from ISO-8601 to epoch seconds"),
        (
            "1768487400,SPY,1,1\n1768487401000,SPY,1,1\n",
            3,
            "change from epoch seconds to epoch milliseconds",
        ),
        (GOOD + '"' + GOOD * 3, 3, "a quoted field that begins here does not end"),
        (GOOD + '"' + GOOD * 9000, 3, "a quoted field that begins here does not end"),
        (GOOD + "x" * (2 << 20) + "\n", 3, "longer than"),
    ],
)
def test_a_fault_ends_the_file_after_the_rows_before_it(
    tmp_path: Path, rows: str, line: int, reason: str
) -> None:
    """The rows are returned first, then the fault with its line."""
    source = open_csv(write(tmp_path / "prices.csv", PRICES_HEADER + rows))

    records, fault = read_to_fault(source)

    assert len(records) == 1
    assert fault.line == line
    assert reason in str(fault.reason)


def test_invalid_utf8_is_a_fault_with_its_line(tmp_path: Path) -> None:
    """The rows before it are read."""
    content = (PRICES_HEADER + GOOD).encode() + b"2026-01-15T14:30:00Z,SP\xe9,1,1\n"
    source = open_csv(write(tmp_path / "prices.csv", content))

    records, fault = read_to_fault(source)

    assert len(records) == 1
    assert (fault.line, fault.reason) == (3, Reason("not valid UTF-8", "save the file as UTF-8"))


def test_values_are_exact_integers(tmp_path: Path) -> None:
    """Eight decimals, rounded half to even; sizes may be blank or absent."""
    rows = [
        f"{TIME},A,168.23,5",
        f"{TIME},A,0.00000001,",
        f"{TIME},A,1.000000005,",  # a tie: to the even neighbour below
        f"{TIME},A,1.000000015,0.123456789",
        f"{TIME},A,92233720368.54775807,0",
        f" {TIME} , A , 2 , 3 , ,\t",
    ]
    source = open_csv(write(tmp_path / "prices.csv", PRICES_HEADER + "\n".join(rows)))

    records = read_all(source)

    assert records["value"].tolist() == [
        16_823_000_000,
        1,
        100_000_000,
        100_000_002,
        2**63 - 1,
        200_000_000,
    ]
    assert records["size"].tolist() == [500_000_000, 0, 0, 12_345_679, 0, 300_000_000]
    assert source.row_counts().rounded == 2
    source.close()


def test_a_header_that_is_named_has_all_columns(tmp_path: Path) -> None:
    """Also the first row of a file without header may have a comma between thousands."""
    path = write(tmp_path / "prices.csv", f"{TIME},SPY,1,498.82\n")
    source = open_csv(path, options=options_of(header="timestamp,symbol,price"))

    records, fault = read_to_fault(source)

    assert len(records) == 0
    assert "4 fields where the header has 3" in str(fault)
    assert "name every column" in str(fault)


def test_fields_are_divided_by_the_delimiter_that_the_message_names(tmp_path: Path) -> None:
    """A comma between thousands is none, and is not spoken of."""
    reported = ReportedRows()
    text = f"timestamp;symbol;price\n{TIME};SPY;1.5\n{TIME};SPY;2.5;x\n"
    with contextlib.closing(open_csv(write(tmp_path / "x.csv", text), reported=reported)) as source:
        assert len(read_all(source)) == 1

    ((line, reason),) = reported.lines
    assert line == 3
    assert "fields with ';' in them" in reason
    assert "thousands" not in reason


def test_a_quoted_field_may_span_lines(tmp_path: Path) -> None:
    """A bad row after a two-line record has the line number that an editor shows."""
    reported = ReportedRows()
    header = "timestamp,symbol,sentiment,headline\n"
    rows = f'{TIME},SPY,60,"rise, then ""fall""\nfade"\n{TIME},SPY,101,x\n'
    source = open_csv(write(tmp_path / "news.csv", header + rows), reported=reported)

    records = read_all(source)

    assert source.kind is SourceKind.NEWS
    assert records["value"].tolist() == [6_000_000_000]
    assert reported.lines == [(4, "sentiment is not within 0 to 100: '101'")]
    source.close()


def test_blank_lines_are_ignored(tmp_path: Path) -> None:
    """They are neither counted nor refused, wherever they are."""
    text = PRICES_HEADER + "\n" + GOOD + " , ,\n\n" + GOOD + "\n\n"

    assert len(read_from_text(tmp_path, text)) == 2


def test_sentiments_reach_from_0_to_100(tmp_path: Path) -> None:
    """Both ends are included."""
    text = f"{NEWS_HEADER}{TIME},A,0\n{TIME},A,100\n{TIME},A,100.00000001\n"

    assert read_from_text(tmp_path, text)["value"].tolist() == [0, 10_000_000_000]


def test_a_file_without_a_good_row_is_a_fault(tmp_path: Path) -> None:
    """The fault has the reason for the first bad row."""
    source = open_csv(write(tmp_path / "x.csv", PRICES_HEADER + f"{TIME},SPY,,\n" * 2))

    with pytest.raises(SourceFault, match=r"line 2: price is blank \(none of the 2 rows is good\)"):
        read_all(source)
    source.close()
