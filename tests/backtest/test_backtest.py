"""`tradestack.backtest.run`: what a notebook gets, and what it may ask for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest

from tests.backtest.data_files import DataFiles
from tests.backtest.recorded import recorded
from tests.kit.clock import FakeClock
from tests.kit.quoter import Quoter
from tests.kit.stack import DEADLINE_S
from tradestack import backtest, report
from tradestack.backtest.backtest import Reached
from tradestack.backtest.result import Result
from tradestack.ctl.main import run as tradestackctl
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.store.directory_lock import DirectoryLock
from tradestack.strategies.crossover import Crossover
from tradestack.strategies.news import News

FIRST_NS = 1_767_623_400 * NANOSECONDS_PER_SECOND  # 2026-01-05T14:30:00Z, of the small files
FEES = '[execution]\nfee_bp = "2"\nslippage = "ticks"\nslippage_ticks = 1\n'
Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A crossover on the sample data, with fees and slippage."""
    directory = tmp_path_factory.mktemp("sample")
    (directory / "order-manager.toml").write_text(FEES)
    return backtest.run(
        Crossover, order_manager=directory / "order-manager.toml", state_dir=directory / "run"
    )


def asked(output: Output, *words: object) -> list[dict[str, Any]]:
    """Return the rows that a verb prints as JSON."""
    output.readouterr()
    assert tradestackctl([*map(str, words), "--json"]) == 0
    return [json.loads(line) for line in output.readouterr().out.splitlines()]


def test_the_result_says_what_became_of_it(files: DataFiles, tmp_path: Path) -> None:
    """Counts, accounts and the directory, which has the session that it names."""
    shown: list[Reached] = []

    result = backtest.run("news", **files, state_dir=tmp_path / "run", show=shown.append)

    assert (result.ticks, result.orders, result.fill_count) == (86, 3, 3)
    assert not result.is_interrupted
    assert result.accounts["news"]["fills"] == 3
    log = tmp_path / "run/state/gateway" / f"{result.feed_session}.feed"
    assert log.stat().st_size == 86 * 64
    assert shown[-1] == Reached(ticks=86, orders=3, share=1.0)
    assert [each.ticks for each in shown] == sorted(each.ticks for each in shown)


@pytest.mark.parametrize("symbols", ["BBB", ["BBB"]])
def test_one_symbol_may_be_named_without_a_list(
    files: DataFiles, tmp_path: Path, symbols: str | list[str]
) -> None:
    """It is not taken for the symbols that its letters would be."""
    result = backtest.run("news", **files, symbols=symbols, state_dir=tmp_path / "run")

    assert result.orders == 1


def test_fills_are_those_of_the_files(sample: Result, capsys: Output) -> None:
    """A row for each, as `fills` lists them."""
    listed = asked(capsys, "fills", "--count", 10**6, "--state-dir", sample.state_dir)

    assert isinstance(sample.fills, polars.DataFrame)
    rows = sample.fills.to_dicts()
    assert len(rows) == sample.fill_count > 100
    for row, fill in zip(rows, listed, strict=True):
        names = "order_id", "symbol", "side", "feed_seq"
        assert [row[name] for name in names] == [fill[name] for name in names]
        numbers = "quantity", "price", "fee"
        assert [row[name] for name in numbers] == [float(fill[name]) for name in numbers]


def test_frames_can_be_joined_with_those_of_the_report(sample: Result) -> None:
    """Times, numbers and words have the same types; prices and money are floats here."""
    recorded = report.open(sample.state_dir)
    assert isinstance(sample.fills, polars.DataFrame)
    assert isinstance(sample.equity, polars.DataFrame)

    keys = ["event_time", "feed_seq", "order_id", "symbol", "side"]
    fills = sample.fills.join(recorded.fills(), on=keys, suffix="_exact")
    equity = sample.equity.join(
        recorded.equity().filter(polars.col("user").is_null()), on=["event_time", "feed_seq"]
    )

    assert len(fills) == sample.fill_count
    assert fills["price"].to_list() == [float(price) for price in fills["price_exact"]]
    assert len(equity) == len(sample.equity)


@pytest.mark.parametrize("row", [0, 100, 1_000, -1])
def test_equity_is_that_of_the_account_then(sample: Result, capsys: Output, row: int) -> None:
    """At any row it is what `pnl --at` says of that message."""
    assert isinstance(sample.equity, polars.DataFrame)
    point = sample.equity.row(row, named=True)

    (account,) = asked(capsys, "pnl", "--at", point["feed_seq"], "--state-dir", sample.state_dir)

    assert point["equity"] == pytest.approx(float(account["equity"]), abs=1e-6)
    assert point["cash"] == pytest.approx(float(account["cash"]), abs=1e-6)


def test_without_polars_the_tables_are_of_numpy(
    sample: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have the same columns with the same values."""
    with_polars = sample.fills, sample.equity
    for name in ("fills", "equity"):
        sample.__dict__.pop(name)
    monkeypatch.setitem(sys.modules, "polars", None)

    without = sample.fills, sample.equity

    for table, frame in zip(without, with_polars, strict=True):
        assert isinstance(table, np.ndarray)
        assert isinstance(frame, polars.DataFrame)
        assert list(table.dtype.names or ()) == frame.columns
        for name in frame.columns:
            assert table[name].tolist() == frame[name].to_numpy().tolist()
    sample.__dict__.update(zip(("fills", "equity"), with_polars, strict=True))


def test_times_cut_the_data(files: DataFiles, tmp_path: Path) -> None:
    """Both ends belong to it."""
    second = NANOSECONDS_PER_SECOND

    result = backtest.run(
        "news",
        prices=files["prices"],
        start_ns=FIRST_NS + 3 * second,
        end_ns=FIRST_NS + 5 * second,
        state_dir=tmp_path / "run",
    )

    assert result.ticks == 3 * 2


def test_a_feed_log_is_data(files: DataFiles, tmp_path: Path) -> None:
    """The messages of a session lead to the same orders and fills in another one."""
    first = backtest.run("news", **files, state_dir=tmp_path / "first")
    log = tmp_path / "first/state/gateway" / f"{first.feed_session}.feed"

    second = backtest.run("news", feed_log=log, state_dir=tmp_path / "second")

    assert second.feed_session != first.feed_session
    assert (second.ticks, second.accounts) == (first.ticks, first.accounts)
    assert recorded(tmp_path / "second") == recorded(tmp_path / "first")


def test_parameters_and_keys_change_what_is_traded(files: DataFiles, tmp_path: Path) -> None:
    """They replace those of the file."""
    (tmp_path / "mine.toml").write_text(
        'strategy = "crossover"\nquantity = "3"\nuser = "me"\nsymbols = ["AAA"]\n'
        "[parameters]\nbuy_above = 99\nsell_below = 20\n"
    )

    result = backtest.run(
        News,
        **files,
        config=tmp_path / "mine.toml",
        parameters={"buy_above": 60},
        quantity="7",
        symbols=["BBB"],
        state_dir=tmp_path / "run",
    )

    assert list(result.accounts) == ["me"]
    ((order,), reports) = vars(recorded(tmp_path / "run")["me"]).values()
    assert (order["Symbol"], order["OrderQty"]) == ("BBB", "7")
    assert order["ClOrdID"].startswith("mine-")
    assert reports


def test_a_class_of_a_module_is_a_strategy(files: DataFiles, tmp_path: Path) -> None:
    """Its user is named after it."""
    result = backtest.run(Quoter, **files, state_dir=tmp_path / "run")

    assert list(result.accounts) == ["quoter"]
    assert result.orders > 0


NOTEBOOK = """
import sys
from tradestack import backtest
from tradestack.strategies.news import News

class Mine(News):
    name = "mine"

result = backtest.run(Mine, prices=sys.argv[1], sentiment=sys.argv[2], state_dir=sys.argv[3])
print(list(result.accounts), result.orders)
"""


def test_a_class_of_a_notebook_is_a_strategy(files: DataFiles, tmp_path: Path) -> None:
    """The main module of a program is where it is found."""
    command = [sys.executable, "-c", NOTEBOOK, *map(str, files.values()), str(tmp_path / "run")]

    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DEADLINE_S)

    assert done.stdout == "['mine'] 3\n", done.stderr


def test_a_class_in_a_function_is_refused(files: DataFiles) -> None:
    """Nobody could find it by its name."""

    class Local(Crossover):
        """Not at the top of a module."""

    with pytest.raises(OperatorFault, match="inside a function"):
        backtest.run(Local, **files)


def test_times_of_the_run_are_of_the_clock(files: DataFiles, tmp_path: Path) -> None:
    """Publish times and those of the journal: nothing else asks for the time."""
    wall_ns = 1_800_000_000 * NANOSECONDS_PER_SECOND
    clock = FakeClock(0, wall_offset_ns=wall_ns)

    result = backtest.run("news", **files, state_dir=tmp_path / "run", clock=clock)

    log = tmp_path / "run/state/gateway" / f"{result.feed_session}.feed"
    assert set(np.fromfile(log, ">i8").reshape(-1, 8)[:, 5].tolist()) == {wall_ns}
    assert result.elapsed_s == result.ticks_per_second == 0


def test_the_directory_is_free_afterwards(files: DataFiles, tmp_path: Path) -> None:
    """A gateway may go on there, but no other backtest: it has sessions."""
    backtest.run("news", **files, state_dir=tmp_path / "run")

    with pytest.raises(OperatorFault, match="has sessions of another run"):
        backtest.run("news", **files, state_dir=tmp_path / "run")

    for name in ("gateway", "order-manager"):
        DirectoryLock.take(tmp_path / "run/state" / name).release()


def test_without_a_directory_a_new_one_is_made(
    files: DataFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below TMPDIR; it stays, unless there is no result."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(tmp_path.iterdir())

    result = backtest.run("news", **files)
    files["sentiment"].write_text("timestamp,symbol,sentiment\nnonsense\n")
    with pytest.raises(OperatorFault, match=r"sentiment\.csv"):
        backtest.run("news", **files)

    assert set(tmp_path.iterdir()) - before == {result.state_dir}
