"""Files whose columns have other names: what is said reads them; downloads of nasdaq.com."""

import re
import shlex
from pathlib import Path

import pytest

from tests.kit.csv_files import options_of, read_file, write
from tradestack.sources.csv.formats.recognise import recognise
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.source import SourceFault

UTC = "2024-01-02T15:00:00Z"


@pytest.mark.parametrize(
    "content",
    [
        f"time,symbol,price\n{UTC},AAPL,187.1\n",
        f"Datetime,Ticker,Last\n{UTC},AAPL,187.1\n",
        f"symbol,trade_time,close/last\nAAPL,{UTC},187.1\n",
        "date,time,sym,px\n2024-01-02,15:00:00Z,AAPL,187.1\n",
    ],
)
def test_the_columns_that_are_named_read_the_file(tmp_path: Path, content: str) -> None:
    """They are proposed and not taken: a column may be something else."""
    path = write(tmp_path / "f.csv", content)
    with pytest.raises(SourceFault) as refusal:
        read_file(path)

    said = re.search(r"use --columns (\S+)", str(refusal.value))
    assert said
    (columns,) = shlex.split(said[1])

    assert len(read_file(path, options=options_of(columns=columns))) == 1


def test_sizes_that_may_be_in_another_column_are_not_lost_in_silence() -> None:
    """Sizes are optional, so the file is not refused."""
    content = f"timestamp,symbol,price,Volume\n{UTC},AAPL,187.1,100\n".encode()

    found = recognise("f.csv", content, SourceKind.PRICES, {}, ReadingOptions())

    assert "sizes are 0; if that is meant, use --columns size=volume" in found.remarks
    options = options_of(columns="size=volume")
    assert not recognise("f.csv", content, SourceKind.PRICES, {}, options).remarks


def test_a_download_of_nasdaq_com_is_read_as_it_is(tmp_path: Path) -> None:
    """Dates of the United States, the newest first; prices have a dollar sign."""
    path = write(
        tmp_path / "f.csv",
        "Date,Close/Last,Volume,Open,High,Low\n"
        "01/05/2024,$181.18,62379660,$181.99,$182.76,$180.17\n"
        "01/04/2024,$181.91,--,$182.15,$183.0872,$180.88\n",
    )

    records = read_file(path, options=options_of(symbol="AAPL"))

    assert records["value"].tolist() == [18_118_000_000, 18_191_000_000]
    assert records["size"].tolist() == [62_379_660 * 10**8, 0]
