"""`tradestackctl export -o -`: what a program behind a pipe reads."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.ctl.verbs.asking import Output
from tests.ctl.verbs.test_export import TABLES, exported, refused
from tests.ctl.verify.traded import trade
from tests.kit.recorded_session import RecordedSession
from tests.kit.stack import TRADESTACKCTL
from tradestack.ctl.exit_status import ExitStatus
from tradestack.report.frames import export

Captured = pytest.CaptureFixture[bytes]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a session that was traded to its end."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return directory


def piped(directory: Path, captured: Captured, *words: str) -> bytes:
    """Return what is written to standard output; the rest is told on standard error."""
    captured.readouterr()
    assert exported(directory, *words, "-o", "-") == ExitStatus.DONE
    output, told = captured.readouterr()
    assert f"standard output: {'' if output else '0 rows'}".encode() in told
    assert f"rows, {len(output):,} bytes\n".encode() in told
    return output


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_the_same_behind_a_pipe(
    directory: Path, tmp_path: Path, capfdbinary: Captured, table: str
) -> None:
    """Byte for byte as in a file; of Arrow as a stream, with the same rows and types."""
    of_file = {}
    for form in ("csv", "parquet", "arrow"):
        path = tmp_path / form
        assert exported(directory, table, "--format", form, "-o", path) == ExitStatus.DONE
        of_file[form] = path.read_bytes()

    assert piped(directory, capfdbinary, table, "--format", "csv") == of_file["csv"]
    assert piped(directory, capfdbinary, table) == of_file["parquet"]
    stream = pl.read_ipc_stream(
        io.BytesIO(piped(directory, capfdbinary, table, "--format", "arrow"))
    )
    assert_frame_equal(stream, pl.read_ipc(of_file["arrow"]), categorical_as_str=True)


def test_a_stream_of_several_slabs_is_one_stream(
    directory: Path, tmp_path: Path, capfdbinary: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though each slab has dictionaries of its own."""
    path = tmp_path / "file"
    exported(directory, "ticks", "-o", path)
    monkeypatch.setattr(export, "_SLAB_TICKS", 3)

    output = piped(directory, capfdbinary, "ticks", "--format", "arrow")

    stream = pl.read_ipc_stream(io.BytesIO(output))
    assert_frame_equal(stream, pl.read_parquet(path), categorical_as_str=True)


def test_a_session_without_ticks_has_the_columns(tmp_path: Path, capfdbinary: Captured) -> None:
    """A stream without rows can be read."""
    with RecordedSession(tmp_path):
        pass

    output = piped(tmp_path, capfdbinary, "ticks", "--format", "arrow")

    frame = pl.read_ipc_stream(io.BytesIO(output))
    assert (frame.height, frame.columns[:2]) == (0, ["feed_seq", "event_time"])


def test_returns_go_there_too(directory: Path, capfdbinary: Captured) -> None:
    """For tools that begin with those."""
    output = piped(directory, capfdbinary, "--returns", "csv", "--capital", "10000")

    assert next(csv.reader(output.decode().splitlines())) == ["time", "news", "other", "total"]


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_a_terminal_is_shown_no_bytes(
    directory: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """They are no text; what to do instead is said, and CSV is shown."""
    leader, follower = os.openpty()
    with os.fdopen(follower, "w") as terminal, os.fdopen(leader, "rb", buffering=0) as screen:
        monkeypatch.setattr(sys, "stdout", terminal)

        told = refused(directory, capsys, "fills", "--format", form, "-o", "-")
        assert exported(directory, "fills", "--format", "csv", "-o", "-") == ExitStatus.DONE

        assert screen.read(1024).startswith(b"event_time,feed_seq,")
    assert f"is a terminal, and {form} is not for reading" in told
    assert "--format csv" in told


@pytest.mark.parametrize("form", ["parquet", "arrow", "csv"])
def test_a_reader_that_has_enough_is_no_fault(directory: Path, form: str) -> None:
    """As `head`, which closes the pipe."""
    words = ("export", "ticks", "--state-dir", str(directory), "--format", form, "-o", "-")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [TRADESTACKCTL, *words], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60
        )
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (ExitStatus.DONE, b"")


def test_a_full_device_is_named(directory: Path) -> None:
    """By the system's words, whatever the library has made of them."""
    words = ("export", "ticks", "--state-dir", str(directory), "-o", "-")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [TRADESTACKCTL, *words], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )

    assert done.returncode == ExitStatus.REFUSED
    assert b"No space left on device" in done.stderr
