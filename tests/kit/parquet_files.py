"""Parquet files with the rows of a CSV text, and an interpreter without what reads them."""

import io
from pathlib import Path

import polars as pl

# Run by `python -c`, with the name of a module and its arguments: sys.modules is where `import`
# looks first.
WITHOUT_POLARS = """\
import runpy, sys
sys.modules["polars"] = None
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def write_as_parquet(path: Path, text: str) -> Path:
    """Write the rows of a CSV text, with times as times and numbers as numbers."""
    table = pl.read_csv(io.StringIO(text), try_parse_dates=True)
    table.write_parquet(path)
    return path
