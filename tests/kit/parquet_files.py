"""Parquet files, and an interpreter without what reads them."""

import io
from pathlib import Path
from typing import Any

import polars as pl

from tradestack.sources.csv.container import open_container
from tradestack.sources.csv.options import ReadingOptions

# Run by `python -c`, with the name of a module and its arguments.
_RUN = """
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
# sys.modules is where `import` looks first.
WITHOUT_POLARS = f"""
import runpy, sys
sys.modules["polars"] = None
{_RUN}"""
# As a sandbox lets it end that forbids what Polars does when it is loaded.
WITH_POLARS_FORBIDDEN = f"""
import runpy, sys
class Forbidding:
    def find_spec(self, name, *_):
        if name == "polars":
            raise OSError("could not execute mprotect")
sys.meta_path.insert(0, Forbidding())
{_RUN}"""


def write_as_parquet(path: Path, text: str) -> Path:
    """Write the rows of a CSV text, with times as times and numbers as numbers."""
    table = pl.read_csv(io.StringIO(text), try_parse_dates=True)
    table.write_parquet(path)
    return path


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
