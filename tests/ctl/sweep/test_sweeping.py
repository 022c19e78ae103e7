"""`tradestackctl backtest` with many runs: tables, files, folds, shuffled news, Ctrl-C."""

import csv
import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.findable import make_tests_findable
from tests.kit.full_disk import full_disk, needs_root
from tests.kit.stack import TRADESTACKCTL
from tests.kit.terminal import Terminal
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.report.statistics.sharpe import expected_maximum

CROSSOVER = (
    *("backtest", "crossover", "--to", "2026-01-15T15:00:00Z", "--jobs", "2"),
    *("--sweep", "short_ticks=10:30:10", "--sweep", "long_ticks=20,60"),
)
NEWS = ("backtest", "news", "--jobs", "2", "--sweep", "buy_above=55:65:5")
WAITING = "tests.ctl.sweep.waiting:Waiting"
ALLOWED = [("10", "20"), ("10", "60"), ("20", "60"), ("30", "60")]


def told(output: Output, *words: str | Path) -> dict[str, Any]:
    """Run to the end, and return what is printed as JSON."""
    assert run([*map(str, words), "--json"]) == ExitStatus.DONE
    result: dict[str, Any] = json.loads(output.readouterr().out)
    return result


def test_a_sweep_is_told_with_its_tries(capsys: Output) -> None:
    """Each combination that is allowed is a row; luck is that of as many tries."""
    result = told(capsys, *CROSSOVER)

    rows = result["rows"]
    assert sorted((row["short_ticks"], row["long_ticks"]) for row in rows) == ALLOWED
    assert (result["tries"], result["skipped"], result["failed"]) == (4, 2, 0)
    assert [row["tries"] for row in rows] == [4] * 4
    ratios = [row["sharpe"] for row in rows]
    assert ratios == sorted(ratios, reverse=True)
    assert result["expected_maximum_sharpe"] == pytest.approx(
        expected_maximum(4, statistics.variance(ratios))
    )
    for row in rows:
        assert row["deflated_sharpe"] < row["probabilistic_sharpe"]
        assert row["intervals"] == 30
        assert row["fills"] > 0


def test_a_run_of_a_sweep_is_a_backtest(tmp_path: Path, capsys: Output) -> None:
    """Alone, it has the same orders, fills and profit."""
    row = told(capsys, *CROSSOVER)["rows"][0]

    alone = told(
        capsys,
        *(*CROSSOVER[:4], "--state-dir", tmp_path),
        *("--set", f"short_ticks={row['short_ticks']}", "--set", f"long_ticks={row['long_ticks']}"),
    )

    (account,) = alone["accounts"].values()
    assert (row["ticks"], row["orders"], row["fills"], row["profit"]) == (
        alone["ticks"],
        alone["orders"],
        alone["fills"],
        account["equity"],
    )


def test_people_are_told_what_luck_is(tmp_path: Path, capsys: Output) -> None:
    """A table with the best first, and the number of tries below it; a file has all columns."""
    path = tmp_path / "table.csv"

    assert run([*CROSSOVER, "--rank-by", "profit", "--output", str(path)]) == ExitStatus.DONE

    printed = capsys.readouterr()
    head, first, *_ = printed.out.splitlines()
    assert head.split() == [
        *("rank", "short_ticks", "long_ticks", "orders", "fills", "profit", "drawdown"),
        *("sharpe", "probabilistic", "deflated"),
    ]
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    profits = [float(row["profit"]) for row in rows]
    assert profits == sorted(profits, reverse=True)
    assert first.split()[5] == f"{profits[0]:,.2f}"
    assert {row["tries"] for row in rows} == {"4"}
    assert "4 tries; 2 combinations skipped: short_ticks is 20, and has to be below" in printed.out
    assert "the best of 4 tries without any skill would have" in printed.out
    assert "30 intervals of 1min with ticks; not annualised" in printed.out
    assert printed.err.endswith("4 of 4 runs\n")


def test_a_walk_is_told_out_of_sample(tmp_path: Path, capsys: Output) -> None:
    """Each fold is a row with what was chosen, and the last row is all tests together."""
    path = tmp_path / "folds.parquet"

    result = told(
        capsys,
        *(*CROSSOVER, "--walk-forward", "2:1:3", "--sharpe-interval", "30s", "--output", path),
    )

    *folds, together = result["rows"]
    assert [fold["fold"] for fold in folds] == ["1", "2", "3"]
    assert [fold["tries"] for fold in folds] == [4] * 3
    assert (result["tries"], together["tries"], result["sharpe_interval"]) == (12, 12, "30s")
    assert all((fold["short_ticks"], fold["long_ticks"]) in ALLOWED for fold in folds)
    assert [fold["test_end"] for fold in folds[:-1]] == [fold["test_start"] for fold in folds[1:]]
    for name in ("test_ticks", "test_orders", "test_fills", "test_intervals"):
        assert together[name] == sum(fold[name] for fold in folds)
    profits = [float(fold["test_profit"]) for fold in folds]
    assert float(together["test_profit"]) == pytest.approx(sum(profits))
    assert pl.read_parquet(path)["tries"].to_list() == [4, 4, 4, 12]


def test_people_are_told_what_a_walk_has_earned(capsys: Output) -> None:
    """With the number of tries that it was chosen by."""
    assert run([*CROSSOVER, "--walk-forward", "2:1:3"]) == ExitStatus.DONE

    head, *folds = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["fold", "tested_from"]
    assert [line.split()[0] for line in folds[:4]] == ["1", "2", "3", "all"]
    assert folds[5].startswith("chosen by 12 tries in 3 folds; out of sample: profit ")


def test_shuffled_news_have_other_results(tmp_path: Path, capsys: Output) -> None:
    """The same seed has the same ones, in many runs and in one alone."""
    real = told(capsys, *NEWS)["rows"]
    shuffled = told(capsys, *NEWS, "--shuffle-news", "3")["rows"]
    again = told(capsys, *NEWS, "--shuffle-news", "3")["rows"]
    row = shuffled[0]
    alone = told(
        capsys,
        *("backtest", "news", "--shuffle-news", "3", "--state-dir", tmp_path),
        *("--set", f"buy_above={row['buy_above']}"),
    )

    assert shuffled == again
    assert {each["profit"] for each in shuffled}.isdisjoint(each["profit"] for each in real)
    assert alone["accounts"]["news"]["equity"] == row["profit"]


def test_what_a_config_has_is_swept_around(tmp_path: Path, capsys: Output) -> None:
    """A parameter of the file holds where it is not swept, and --set holds before it."""
    config = tmp_path / "mine.toml"
    config.write_text(
        'strategy = "news"\nquantity = "3"\nuser = "mine"\n'
        'parameters = { buy_above = "70", sell_below = "10" }\n'
    )
    words = ("backtest", "news", "--config", config, "--to", "2026-01-15T15:30:00Z")

    (row,) = told(capsys, *words, "--sweep", "buy_above=55")["rows"]
    alone = told(capsys, *words, "--set", "buy_above=55", "--state-dir", tmp_path / "a")
    assert row["profit"] == alone["accounts"]["mine"]["equity"]

    (row,) = told(capsys, *words, "--sweep", "buy_above=55", "--set", "sell_below=30")["rows"]
    alone = told(
        capsys,
        *(*words, "--state-dir", tmp_path / "b"),
        *("--set", "buy_above=55", "--set", "sell_below=30"),
    )
    assert row["profit"] == alone["accounts"]["mine"]["equity"]


def test_ctrl_c_tells_the_runs_up_to_there(tmp_path: Path) -> None:
    """On a terminal it is one key; what is shown of the progress is gone then."""
    make_tests_findable()
    path = tmp_path / "table.csv"
    command = [TRADESTACKCTL, "backtest", WAITING, "--sweep", "waits=0:5:1", "--jobs", "2"]

    with Terminal([*command, "--output", str(path)], columns=160) as terminal:
        terminal.wait_for("1 of 6 runs, ")
        terminal.type("\x03")
        assert terminal.end() == ExitStatus.INTERRUPTED

    assert "1 try; 5 not run" in terminal.remaining
    assert "tradestackctl backtest: interrupted; these are the runs up to there" in (
        terminal.remaining
    )
    assert not any("Traceback" in line or "1 of 6" in line for line in terminal.remaining)
    with path.open(newline="") as file:
        assert [row["waits"] for row in csv.DictReader(file)] == ["0"]


@needs_root
def test_the_runs_are_not_lost_to_a_full_disk(tmp_path: Path) -> None:
    """Whichever of the two places is full, the other one has the table."""
    command = [TRADESTACKCTL, *CROSSOVER[:4], "--sweep", "short_ticks=10,20"]
    with full_disk(tmp_path) as disk:
        printed = subprocess.run(
            [*command, "--output", disk / "o.csv"], check=False, capture_output=True, text=True
        )
        with (disk / "out.txt").open("w") as full:
            written = subprocess.run(
                [*command, "--output", tmp_path / "o.csv"],
                check=False,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
            )

    assert (printed.returncode, written.returncode) == (
        ExitStatus.OPERATOR_FAULT,
        ExitStatus.REFUSED,
    )
    assert "2 tries" in printed.stdout
    assert f"{disk}/o.csv: no space is left; make room on its disk" in printed.stderr
    assert "No space left on device for the output" in written.stderr
    with (tmp_path / "o.csv").open(newline="") as file:
        assert {row["short_ticks"] for row in csv.DictReader(file)} == {"10", "20"}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--sweep", "short_ticks"], "is not NAME=START:STOP:STEP"),
        (["--walk-forward", "3"], "is not FIT:TEST"),
        (["--rank-by", "luck"], "invalid"),
        (["--sharpe-interval", "0"], "is no time"),
        (["--sharpe-interval", "5"], "has no unit"),
        (["--jobs", "0"], "is not a whole number of at least 1"),
        (["--jobs", "257"], "257 are more than 256"),
        (["--shuffle-news", "-1"], "is not a whole number from 0 to"),
        (["--sweep", "short_ticks=1,2", "--state-dir", "here"], "--state-dir is of one run"),
    ],
)
def test_a_wrong_command_line_is_explained(words: list[str], text: str, capsys: Output) -> None:
    """With the usage of the verb, and exit status 2."""
    with pytest.raises(SystemExit) as raised:
        run(["backtest", "crossover", *words])

    assert raised.value.code == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--sweep", "fast=1,2"], "--sweep: there is no parameter 'fast'"),
        (["--sweep", "short_ticks=0:5:1"], "short_ticks is 0, allowed is a whole number"),
        (["--sweep", "short_ticks=100,200"], "none of the 2 combinations is allowed"),
        (["--sweep", "short_ticks=1", "--set", "short_ticks=2"], "short_ticks is in --set, too"),
        (["--walk-forward", "900:1"], "--walk-forward: the feed is too short"),
        (["--sweep", "short_ticks=1", "--output", "x.txt"], "let it end in .csv or .parquet"),
        (["--sweep", "short_ticks=1", "--to", "2020-01-01T00:00:00Z"], "data: it has no ticks"),
        (["--sweep", "short_ticks=1", "--prices", "none.csv"], "none.csv"),
    ],
)
def test_what_has_to_be_corrected_is_named(words: list[str], text: str, capsys: Output) -> None:
    """With what to do, and exit status 78, before any run."""
    assert run(["backtest", "crossover", *words]) == ExitStatus.OPERATOR_FAULT
    assert text in capsys.readouterr().err


def test_if_all_runs_fail_the_command_fails(capsys: Output) -> None:
    """The error is in the table."""
    words = ("--sweep", "waits=0,1", "--set", "short_ticks=1")

    assert run(["backtest", "tests.ctl.sweep.failing:Failing", *words]) == ExitStatus.REFUSED

    printed = capsys.readouterr()
    assert "failing.py line 12, in on_tick: ValueError: this never works" in printed.out
    assert "0 tries; 2 failed" in printed.out
