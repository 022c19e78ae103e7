"""Headers: columns by name, and errors that explain a line without them."""

from pathlib import Path

import pytest

from tests.kit.csv_files import read_file, write
from tradestack.sources.csv.header import (
    STANDARD_NAMES,
    HeaderFault,
    SourceKind,
    kinds_of_header,
    parse_header,
)
from tradestack.sources.source import SourceFault


def test_order_case_and_spaces_do_not_matter() -> None:
    """Columns with other names are ignored."""
    layout = parse_header(
        ' Size,"PRICE", venue,Symbol ,Timestamp\r\n', SourceKind.PRICES, STANDARD_NAMES
    )

    assert (layout.timestamp, layout.symbol, layout.value, layout.size) == (4, 3, 1, 0)
    assert layout.column_count == layout.column_count_min == 5


def test_names_can_be_mapped() -> None:
    """Of several configured names, the first that the file has is used."""
    names = {**STANDARD_NAMES, "price": ("Last", "close"), "timestamp": ("time",)}

    layout = parse_header("time,close,last,symbol", SourceKind.PRICES, names)

    assert layout.value == 2
    assert layout.size is None


def test_side_is_a_column_of_prices_only() -> None:
    """News has no aggressor side."""
    line = "timestamp,side,symbol,price,sentiment"

    assert parse_header(line, SourceKind.PRICES, STANDARD_NAMES).side == 1
    assert parse_header(line, SourceKind.NEWS, STANDARD_NAMES).side is None


def test_the_header_decides_the_kind() -> None:
    """A file with a price column is a price file, whatever other columns it has."""
    both = [SourceKind.PRICES, SourceKind.NEWS]
    assert kinds_of_header("timestamp,symbol,price,sentiment", STANDARD_NAMES) == both
    assert kinds_of_header("timestamp,symbol,sentiment", STANDARD_NAMES) == [SourceKind.NEWS]
    assert kinds_of_header("timestamp,symbol", STANDARD_NAMES) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("timestamp,symbol,size", 'column "price" missing; columns found: timestamp, symbol, size'),
        ("timestamp;symbol;price", "separated by a semicolon"),
        ("timestamp\tsymbol\tprice", "separated by a tab"),
        ("2013-10-10T13:30:00Z,SPY,1,2", "not found on line 1: it is a data row"),
        ("34200402,1831700,100,P,1,0", "not found on line 1: it is a data row"),
        ("# export", "not found on line 1: it is something else"),
        ("", "the line is blank"),
        ('"timestamp,symbol', "not found on line 1"),
        ("timestamp,symbol,price,price", 'column "price" occurs twice'),
        ("timestamp,symbol,price" + ",x" * 1000, "more than 1000"),
    ],
)
def test_an_invalid_header_is_explained(line: str, reason: str) -> None:
    """The error helps the operator to recognise the kind of file."""
    with pytest.raises(HeaderFault, match=reason):
        parse_header(line, SourceKind.PRICES, STANDARD_NAMES)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file is empty"),
        (b"timestamp,symbol,price\n", "no data rows"),
        (b"\xff\xfet\0i\0m\0e\0", "UTF-16"),
        (b"timestamp,symb\xe9l,price\n", "not valid UTF-8"),
        (b"x" * 70_000, "header is longer"),
    ],
)
def test_unreadable_files_are_faults(tmp_path: Path, content: bytes, reason: str) -> None:
    """Each is a fault in line 1, without a traceback."""
    path = write(tmp_path / "x.csv", content)

    with pytest.raises(SourceFault, match=rf"line 1: .*{reason}"):
        read_file(path)
