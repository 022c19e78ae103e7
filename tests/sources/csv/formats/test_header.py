"""Headers: columns by name, and errors that explain a line without them."""

from pathlib import Path

import pytest

from tests.kit.csv_files import layout_of, options_of, read_file, write
from tradestack.sources.csv.formats.header import HeaderFault
from tradestack.sources.csv.formats.recognise import recognise
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.source import SourceFault


def test_order_case_and_spaces_do_not_matter() -> None:
    """Columns with other names are ignored."""
    layout = layout_of(' Size,"PRICE", venue,Symbol ,Timestamp\r\n')

    assert (layout.timestamp, layout.symbol, layout.value, layout.size) == ((4,), 3, 1, (0,))
    assert layout.column_count == layout.column_count_min == 5


def test_names_can_be_mapped() -> None:
    """Of several configured names, the first that the file has is used."""
    layout = layout_of("time,close,last,symbol", price=("Last", "close"), timestamp=("time",))

    assert layout.value == 2
    assert layout.size == ()


def test_side_is_a_column_of_prices_only() -> None:
    """News has no aggressor side."""
    line = "timestamp,side,symbol,price,sentiment"

    assert layout_of(line, SourceKind.PRICES).side == 1
    assert layout_of(line, SourceKind.NEWS).side is None


def test_the_header_decides_the_kind() -> None:
    """A file with a price column is a price file, whatever other columns it has."""
    assert kind_of("timestamp,symbol,price,sentiment") == (SourceKind.PRICES, True)
    assert kind_of("timestamp,symbol,price") == (SourceKind.PRICES, False)
    assert kind_of("timestamp,symbol,sentiment") == (SourceKind.NEWS, False)


def kind_of(header: str) -> tuple[SourceKind, bool]:
    """The kind that a header decides, and whether it could be the other one, too."""
    data = f"{header}\n".encode()
    found = recognise("file.csv", data, None, {}, ReadingOptions())
    return found.kind, found.has_both_kinds


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("timestamp,symbol,size", 'column "price" missing, columns found: timestamp, symbol, size'),
        ("2013-10-10T13:30:00Z,SPY,1,2", "not found: it is a data row"),
        ("34200402,1831700,100,P,1,0", 'column "symbol" missing.*use --symbol'),
        ("# export", "no more than what comes before it"),
        ("when,what,how much", "columns found: when, what, 'how much'; if another column has it"),
        ("", "no more than what comes before it"),
        ('"timestamp,symbol', "not found: "),
        ("timestamp,symbol,price,price", 'column "price" occurs twice'),
        ("timestamp,symbol,price" + ",x" * 1000, "more than 1000"),
    ],
)
def test_an_invalid_header_is_explained(line: str, reason: str) -> None:
    """The error helps the operator to recognise the kind of file."""
    with pytest.raises(HeaderFault, match=reason):
        layout_of(line, SourceKind.PRICES)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"2026-01-15T14:30:00Z,SPY,1,2", "it is a data row"),
        (b'"timestamp,symbol', "header not found"),
        (b"timestamp,symbol", 'column "price" missing'),
        (b"timestamp,symb\xe9l,price", "not valid UTF-8"),
        (b"timestamp,symb\0l,price", "is not text"),
        (b"Price,Close,Close\nTicker,AA,BB\nDate,,", "2 tickers"),
    ],
)
def test_a_fault_of_the_header_has_its_line(tmp_path: Path, header: bytes, reason: str) -> None:
    """Lines that were left out before it are counted."""
    path = write(tmp_path / "x.csv", b"junk\njunk\n" + header + b"\n")

    with pytest.raises(SourceFault, match=reason) as caught:
        read_file(path, SourceKind.PRICES, options=options_of(skip_lines="2"))

    assert caught.value.line == 3
    assert "line 1" not in str(caught.value)


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
