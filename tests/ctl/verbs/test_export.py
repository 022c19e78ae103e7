"""`tradestackctl export`: files that other tools read, with what the session has."""

import csv
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.ctl.verbs.asking import Output
from tests.ctl.verify.traded import order, trade
from tests.kit.full_disk import full_disk, needs_root
from tests.kit.recorded_session import FEED_SESSION, ORDER_SESSION, RecordedSession, trades
from tradestack import report
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.domain.version import VERSION
from tradestack.report.frames import export

TABLES = ("ticks", "news", "orders", "fills", "equity")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a session that was traded to its end."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return directory


def exported(directory: Path, *words: object) -> int:
    """Run the verb."""
    return run(["export", *map(str, words), "--state-dir", str(directory)])


def refused(directory: Path, output: Output, *words: object) -> str:
    """Run the verb, which is to be refused as an operator's fault; return what it says."""
    assert exported(directory, *words) == ExitStatus.OPERATOR_FAULT
    return output.readouterr().err


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_files_have_the_frames_of_notebooks(
    directory: Path, tmp_path: Path, table: str, form: str
) -> None:
    """All columns with their types."""
    path = tmp_path / "file"

    assert exported(directory, table, "--format", form, "-o", path) == ExitStatus.DONE

    found = pl.read_parquet(path) if form == "parquet" else pl.read_ipc(path)
    expected: pl.DataFrame = getattr(report.open(directory), table)()
    assert_frame_equal(found, expected, categorical_as_str=True)


@pytest.mark.parametrize("table", TABLES)
def test_csv_has_exact_decimals_and_all_nanoseconds(
    directory: Path, tmp_path: Path, table: str
) -> None:
    """It is read by anything."""
    path = tmp_path / "file.csv"

    assert exported(directory, table, "--format", "csv", "-o", path) == ExitStatus.DONE

    frame: pl.DataFrame = getattr(report.open(directory), table)()
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == frame.height
    for name, kind in frame.schema.items():
        cells = [row[name] or None for row in rows]
        if isinstance(kind, pl.Decimal):
            assert [cell and Decimal(cell) for cell in cells] == frame[name].to_list()
        elif isinstance(kind, pl.Datetime):
            texts = frame[name].dt.strftime("%Y-%m-%dT%H:%M:%S%.9fZ")
            assert cells == texts.to_list()
        else:
            assert cells == frame[name].cast(pl.String).to_list()


def test_ticks_are_written_in_slabs(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in memory at a time does not show in the file."""
    monkeypatch.setattr(export, "_SLAB_TICKS", 3)
    path = tmp_path / "ticks.parquet"

    exported(directory, "ticks", "-o", path)

    assert pl.read_parquet(path)["feed_seq"].to_list() == list(range(1, 17))


def test_a_parquet_file_says_where_it_comes_from(directory: Path, tmp_path: Path) -> None:
    """Session, version and what was read."""
    path = tmp_path / "orders.parquet"

    exported(directory, "orders", "-o", path)

    metadata = pl.read_parquet_metadata(path)
    assert metadata["tradestack.feed_session"] == FEED_SESSION
    assert metadata["tradestack.version"] == VERSION
    assert metadata["tradestack.table"] == "orders"
    assert metadata["tradestack.ended"] == "true"
    assert metadata["tradestack.order_sessions"] == ORDER_SESSION


def test_a_file_is_named_by_session_and_table(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """Where nobody names another one; what was written is told."""
    monkeypatch.chdir(tmp_path)

    assert exported(directory, "fills", FEED_SESSION) == ExitStatus.DONE

    name = f"{FEED_SESSION}-fills.parquet"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (
        capsys.readouterr().out == f"{name}: 7 rows, {(tmp_path / name).stat().st_size:,} bytes\n"
    )


@pytest.mark.parametrize(
    ("name", "begins"),
    [("f.csv", b"feed_seq,"), ("f.CSV", b"feed_seq,"), ("f.arrow", b"ARROW1"), ("f", b"PAR1")],
)
def test_the_name_of_a_file_says_its_format(
    directory: Path, tmp_path: Path, name: str, begins: bytes
) -> None:
    """Other programs go by the name as well."""
    assert exported(directory, "ticks", "-o", tmp_path / name) == ExitStatus.DONE

    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("fills", "-o", "f.json"), "let it end with .parquet, .arrow, .csv, or name a --format"),
        (("fills", "--format", "csv", "-o", "f.parquet"), "let it end with .csv, or ask for"),
        (("--returns", "csv", "-o", "f.arrow"), "let it end with .csv, or ask for arrow"),
    ],
)
def test_a_name_that_says_another_format_is_refused(
    directory: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
    words: tuple[str, ...],
    remedy: str,
) -> None:
    """Nothing is written under it."""
    monkeypatch.chdir(tmp_path)

    assert remedy in refused(directory, capsys, *words)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_stays(directory: Path, tmp_path: Path, capsys: Output) -> None:
    """Unless it is to be replaced."""
    path = tmp_path / "file"
    path.write_text("mine")

    assert "--force" in refused(directory, capsys, "fills", "-o", path)
    assert path.read_text() == "mine"
    assert exported(directory, "fills", "-o", path, "--force") == ExitStatus.DONE
    assert pl.read_parquet(path).height == 7


def test_only_regular_files_are_replaced(directory: Path, tmp_path: Path, capsys: Output) -> None:
    """A directory or a device is something else."""
    assert "is a directory" in refused(directory, capsys, "fills", "-o", tmp_path, "--force")
    assert "no such directory" in refused(
        directory, capsys, "fills", "-o", tmp_path / "missing" / "file"
    )


def test_what_fails_leaves_nothing_behind(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """A number that no such file can have is told, and no part of a file stays."""
    with RecordedSession(tmp_path / "stack") as recorded:
        recorded.publish(("SPY", "10000000000", 1))
    monkeypatch.chdir(tmp_path)

    assert "value" in refused(tmp_path / "stack", capsys, "ticks", "-o", "file")
    assert [path.name for path in tmp_path.iterdir()] == ["stack"]


def test_without_polars_it_is_said_how_to_install_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """With the command for this Python."""
    monkeypatch.setitem(sys.modules, "polars", None)

    assert f"{sys.executable} -m pip install" in refused(directory, capsys, "fills")


def test_what_was_cut_off_is_said(directory: Path, tmp_path: Path, capsys: Output) -> None:
    """Of a live session or after a crash."""
    with RecordedSession(tmp_path / "stack") as recorded:
        recorded.publish(*trades("SPY", "100"))
    with recorded.log.path.open("ab") as log:
        log.write(b"torn")

    assert exported(tmp_path / "stack", "ticks", "-o", tmp_path / "file") == ExitStatus.DONE
    assert "4 bytes at its end are no ticks" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [[], ["everything"], ["fills", "--returns", "csv"], ["fills", "--capital", "0"]]
)
def test_a_wrong_command_line_is_refused_with_the_usage(
    directory: Path, capsys: Output, words: list[str]
) -> None:
    """What is missing or too much is named."""
    with pytest.raises(SystemExit) as exit_:
        exported(directory, *words)

    assert exit_.value.code == 2
    assert "usage: tradestackctl export" in capsys.readouterr().err


def test_returns_by_minute(directory: Path, tmp_path: Path) -> None:
    """Of each user and of all; compounded they are what was earned."""
    path = tmp_path / "returns.csv"

    assert exported(directory, "--returns", "csv", "--capital", "10000", "-o", path) == 0

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["time", "news", "other", "total"]
    equity = report.open(directory).recorded.equity()
    for user, capital in (("news", 10_000), ("other", 10_000), ("total", 20_000)):
        code = -1 if user == "total" else equity.code("user", user)
        earned = equity["equity"][equity["user"] == code][-1] / 10**8
        growth = 1.0
        for row in rows:
            growth *= 1 + float(row[user])
        assert growth == pytest.approx(1 + earned / capital, abs=1e-9)


def test_returns_are_of_the_largest_exposure(directory: Path, tmp_path: Path) -> None:
    """Where no capital is named; a session may be the only word."""
    session = report.open(directory)
    of_fills = session.fills().filter(pl.col("user") == "news")["feed_seq"]
    of_user = session.equity().filter(pl.col("user") == "news")
    exposure = of_user.filter(pl.col("feed_seq").is_in(of_fills))["gross_exposure"].max()
    words = ("--returns", "csv", FEED_SESSION, "-o")

    assert exported(directory, *words, tmp_path / "default") == ExitStatus.DONE
    assert exported(directory, *words, tmp_path / "named", "--capital", exposure) == 0

    default, named = (
        [row["news"] for row in csv.DictReader((tmp_path / name).read_text().splitlines())]
        for name in ("default", "named")
    )
    assert default == named
    assert any(float(each) for each in named)


def test_returns_of_a_lost_capital_are_refused(tmp_path: Path, capsys: Output) -> None:
    """More than all of it cannot be lost."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 10))
        recorded.publish(*trades("SPY", "100"), *trades("IBM", *["1"] * 120))
        recorded.publish(*trades("SPY", "50"))
        recorded.publish(*trades("IBM", *["1"] * 120), *trades("SPY", "40"))
        recorded.pass_time()
        recorded.end()
    words = ("--returns", "csv", "-o", tmp_path / "file", "--capital")

    assert "--capital" in refused(tmp_path, capsys, *words, "100")
    assert exported(tmp_path, *words, "1000") == ExitStatus.DONE


@needs_root
@pytest.mark.parametrize("form", ["parquet", "arrow", "csv"])
def test_a_full_disk_is_named_with_the_file(
    directory: Path, tmp_path: Path, capsys: Output, form: str
) -> None:
    """What to do is in the message, and nothing unfinished is left."""
    with full_disk(tmp_path) as disk:
        said = refused(directory, capsys, "ticks", "--format", form, "-o", disk / "t")

        assert f"{disk}/t: no space is left; make room on its disk" in said
        assert [each.name for each in disk.iterdir()] == ["filling"]
