"""Parquet that cannot be read: damaged, cut, encrypted, packed, or without Polars."""

import gzip
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.kit.csv_files import PRICES_HEADER, open_csv, price_rows, write
from tests.kit.parquet_files import (
    WITH_POLARS_FORBIDDEN,
    WITHOUT_POLARS,
    write_as_parquet,
    written,
)
from tradestack.sources.source import SourceFault

ROOT = Path(__file__).parents[3]
TABLE = pl.DataFrame({"timestamp": ["2025-01-02T12:00:00Z"], "symbol": ["SPY"], "price": [580.1]})


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

    words = r"line 1: Parquet file cannot be read \(its end is missing\); copy or download"
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
    path = written(tmp_path / "file", TABLE)

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
        (b"PAR1PAR1", "Parquet file cannot be read"),
        (b"PAR1" + bytes(60) + b"PAR1", "Parquet file cannot be read"),
        (b"PARE" + bytes(60) + b"PARE", "is encrypted Parquet; write it without encryption"),
        (gzip.compress(b"PAR1" + bytes(60)), "is Parquet in another container; unpack it first"),
    ],
)
def test_unreadable_parquet_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """The message says what it is, and what to do."""
    with pytest.raises(SourceFault, match=words):
        open_csv(write(tmp_path / "prices.csv", content))


def check(program: str, path: Path) -> "subprocess.CompletedProcess[str]":
    """Check a file by --check-csv in an interpreter that is prepared by this program."""
    return subprocess.run(
        [sys.executable, "-c", program, "tradestack_gateway", "--check-csv", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_polars_the_message_has_the_command_that_installs_it(tmp_path: Path) -> None:
    """One sentence names the file and what it is; the command is that of this environment."""
    path = written(tmp_path / "prices.csv", TABLE)

    done = check(WITHOUT_POLARS, path)

    assert done.returncode == 78
    assert done.stdout.splitlines() == [
        f"{path}: line 1: the file is Parquet, and Polars, the Python package that reads it, is "
        f"not installed; install it: {sys.executable} -m pip install polars",
        f"{path}: REJECT, 0 rows",
    ]
    assert done.stderr == ""


def test_without_polars_everything_else_is_read(tmp_path: Path) -> None:
    """It is an extra of the package."""
    path = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(3))

    done = check(WITHOUT_POLARS, path)

    assert done.returncode == 0
    assert "ACCEPT, 3 rows good" in done.stdout


def test_where_polars_cannot_be_loaded_the_message_says_why(tmp_path: Path) -> None:
    """The file is not to blame; a command that runs elsewhere converts it."""
    path = written(tmp_path / "prices.csv", TABLE)

    done = check(WITH_POLARS_FORBIDDEN, path)

    assert (done.returncode, done.stderr) == (78, "")
    assert done.stdout.splitlines()[0] == (
        f"{path}: line 1: the file is Parquet, and Polars, which reads it, cannot be loaded here "
        "(could not execute mprotect); convert the file by tradestackctl import"
    )
