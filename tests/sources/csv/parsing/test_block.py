"""Blocks of rows: the fast parser agrees with the csv module, or refuses the block."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.csv_files import (
    NEWS_HEADER,
    PRICES_HEADER,
    SHARED_DATA,
    layout_of,
    open_csv,
    price_rows,
    read_all,
    write,
)
from tradestack.sources.csv import source as csv_source
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.parsing.block import parse_block
from tradestack.sources.csv.parsing.rows import OnBadRow, RowParser
from tradestack.sources.csv.parsing.state import RowState

SAMPLE = Path(__file__).parents[4] / "data/prices.csv"
LAYOUT = layout_of(PRICES_HEADER)

times = st.sampled_from(
    [
        "2026-01-15T14:30:00.5Z",
        "2026-01-15T14:30:00.7Z",
        "2026-01-15 14:30:01.250",
        "2026-01-15T14:30+01:00",
        "2026-02-29T14:30:00.5Z",
        "2026-01-15T24:30:00.5Z",
        "1768487400.5",
        "1768487401.5",
        "1768487401500",
        "1768487401500000001",
        "9999999999999999999",
        "99999999999",
        "",
    ]
)
symbols = st.sampled_from(["A", "SPY", "T" * 24, "T" * 25, "", "B C", "\u00c4", "!~"])
numbers = st.one_of(
    st.from_regex(r"[0-9]{0,12}(\.[0-9]{0,10})?", fullmatch=True),
    st.sampled_from(["1.5", "0", "-1", "1e3", ".5", "5.", "1.2.3", "+1", " 1 ", "NaN", "9" * 18]),
    st.sampled_from(["92233720368.54775807", "92233720368.54775808", "99999999999", "1" * 19]),
)
further = st.sampled_from([(), (), (), ("",), ("", ""), ("5.5",), ("", "x")])
rows = st.lists(
    st.builds(
        lambda fields, more: ",".join((*fields, *more)),
        st.tuples(times, symbols, numbers, numbers) | st.tuples(times, symbols, numbers),
        further,
    ),
    max_size=6,
)
endings = st.sampled_from(["\n", "\r\n"])


def slowly(data: bytes, kind: SourceKind) -> tuple[RowParser, np.ndarray]:
    """Parse the block with the csv module, row by row."""
    layout = LAYOUT if kind is SourceKind.PRICES else NEWS_LAYOUT
    parser = RowParser(layout, kind, OnBadRow.SKIP, lambda _line, _reason: None)
    records, _ = parser.parse(data, final=True)
    return parser, records


NEWS_LAYOUT = layout_of(NEWS_HEADER)


@given(rows, endings)
def test_a_block_is_parsed_like_its_rows(lines: list[str], ending: str) -> None:
    """If the fast parser accepts the block, records and state are the same."""
    data = "".join(line + ending for line in lines).encode()
    state = RowState()

    records = parse_block(data, LAYOUT, SourceKind.PRICES, state)

    parser, expected = slowly(data, SourceKind.PRICES)
    if records is None:
        assert state == RowState()
    else:
        assert parser.fault is None
        assert parser.state.rows_rejected == 0
        assert records.tobytes() == expected.tobytes()
        assert state == parser.state


@given(st.lists(st.tuples(st.sampled_from(["A", "BB"]), st.integers(0, 10_001)), min_size=1))
def test_a_block_of_news_is_parsed_like_its_rows(items: list[tuple[str, int]]) -> None:
    """The fast parser refuses blocks with sentiments above 100."""
    data = "".join(f"1768487400,{s},{v // 100}.{v % 100:02}\n" for s, v in items).encode()
    state = RowState()

    records = parse_block(data, NEWS_LAYOUT, SourceKind.NEWS, state)

    parser, expected = slowly(data, SourceKind.NEWS)
    assert (records is None) == (parser.state.rows_rejected > 0)
    if records is not None:
        assert records.tobytes() == expected.tobytes()
        assert state == parser.state


@pytest.mark.parametrize(
    "row",
    [
        "2026-01-15T14:30:00.026000Z,SPY,167.29,5000",
        "2026-01-15 14:30:00,SPY,167.29,",
        "2026-01-15T09:30:00-05:00,SPY,1,0.5",
        "1768487400,SPY,167.29,5000",
        "1768487400.026,SPY,0.00000001,5000",
        "1768487400026,SPY,1234567890.12345678,1",
        "1768487400026000001,!~,1.5,5000",
    ],
)
def test_plain_rows_are_parsed_fast(row: str) -> None:
    """Otherwise a parser that refuses everything would pass these tests."""
    data = (row + "\n").encode() * 3
    records = parse_block(data, LAYOUT, SourceKind.PRICES, RowState())

    assert records is not None
    assert records.tobytes() == slowly(data, SourceKind.PRICES)[1].tobytes()


@pytest.mark.parametrize("year", [1, 1006, 1677, 1969, 2262, 9999])
def test_years_beyond_64_bit_nanoseconds_are_parsed_by_row(year: int) -> None:
    """The row is refused there; the fast parser would read another year."""
    row = f"2026-01-15T14:30:00Z,SPY,1,1\n{year:04d}-06-15T14:30:00Z,SPY,1,1\n"

    assert parse_block(row.encode(), LAYOUT, SourceKind.PRICES, RowState()) is None


@pytest.mark.parametrize("chunk_bytes", [1, 7, 100, 1000])
def test_where_chunks_end_never_matters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int
) -> None:
    """Quoted line breaks, refused rows and a missing final newline make no difference."""
    quoted = '2026-01-15T14:30:00.020Z,AA,1,2,"a\nb"\n'
    before, after = (
        price_rows(count, first=first).replace("\n", ",\n") for count, first in ((20, 0), (5, 21))
    )
    text = PRICES_HEADER.replace("\n", ",note\n") + before + quoted + after + "x,y\n"
    path = write(tmp_path / "prices.csv", text + price_rows(1, first=30).rstrip("\n"))
    whole = open_csv(path)
    expected = read_all(whole)

    monkeypatch.setattr(csv_source, "CHUNK_BYTES", chunk_bytes)
    cut = open_csv(path)
    records = read_all(cut)

    assert records.tobytes() == expected.tobytes()
    assert len(records) == 27
    assert cut.state == whole.state
    whole.close()
    cut.close()


@pytest.mark.parametrize(
    ("path", "rows"),
    [(SAMPLE, 36_000), (SHARED_DATA / "real" / "prices_small.csv", 17_274)],
    ids=["sample", "real"],
)
def test_both_parsers_agree_on_a_whole_file(
    monkeypatch: pytest.MonkeyPatch, path: Path, rows: int
) -> None:
    """They return the same records for the sample data, and a quarter of an hour of real trades."""
    if not path.exists():
        pytest.skip(f"{path} is not here")
    quick = open_csv(path)
    expected = read_all(quick)

    monkeypatch.setattr(csv_source, "parse_block", lambda *_: None)
    slow = open_csv(path)
    records = read_all(slow)

    assert len(records) == rows
    assert records.tobytes() == expected.tobytes()
    assert slow.state == quick.state
    quick.close()
    slow.close()


SIDE_HEADER = "timestamp,symbol,price,size,side\n"
SIDES = {"B": "B", "S": "S", "": " ", " ": " ", "b": "B", "SELL": "S", "Buy": "B"}


@given(
    st.lists(st.sampled_from(["B", "S", "", "b", "SELL", "Buy", "X", " ", "\u00df"]), max_size=5)
)
def test_both_parsers_agree_on_sides(sides: list[str]) -> None:
    """Other text than the known words is a bad row."""
    layout = layout_of(SIDE_HEADER)
    data = "".join(f"1768487400,SPY,1.5,1,{side}\n" for side in sides).encode()
    expected = [SIDES[side] for side in sides if side in SIDES]

    parser = RowParser(layout, SourceKind.PRICES, OnBadRow.SKIP, lambda _line, _reason: None)
    records, _ = parser.parse(data, final=True)
    quick = parse_block(data, layout, SourceKind.PRICES, RowState())

    assert records["side"].tobytes().decode() == "".join(expected)
    assert (quick is not None) == (bool(sides) and set(sides) <= SIDES.keys() - {" "})
    if quick is not None:
        assert quick.tobytes() == records.tobytes()
