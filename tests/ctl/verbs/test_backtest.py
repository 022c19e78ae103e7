"""`tradestackctl backtest`: its result and who reads it, its end by Ctrl-C, what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.up.sample_run import PRICES, SENTIMENT
from tests.ctl.verbs.asking import Output
from tests.kit.findable import make_tests_findable
from tests.kit.stack import TRADESTACKCTL
from tests.kit.terminal import Terminal
from tradestack.backtest.backtest import Reached
from tradestack.ctl.backtest.shown import progress_parts
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

FAILING = """\
from tradestack.strategies import PriceTick, Strategy

class Failing(Strategy):
    def on_tick(self, tick: PriceTick) -> None:
        1 / 0
"""
INTERRUPTING = "tests.backtest.interrupting:Interrupting"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The options for two small files."""
    (tmp_path / "prices.csv").write_text(PRICES)
    (tmp_path / "sentiment.csv").write_text(SENTIMENT)
    return [
        *("--prices", str(tmp_path / "prices.csv")),
        *("--sentiment", str(tmp_path / "sentiment.csv")),
    ]


def backtest(output: Output, *words: str | Path) -> dict[str, Any]:
    """Run a backtest to its end, and return what it prints as JSON."""
    assert run(["backtest", *map(str, words), "--json"]) == ExitStatus.DONE
    printed: dict[str, Any] = json.loads(output.readouterr().out)
    return printed


def is_same(state_dir: Path, output: Output) -> bool:
    """Return whether `verify` finds no difference."""
    run(["verify", "--state-dir", str(state_dir), "--json"])
    result: dict[str, Any] = json.loads(output.readouterr().out)
    assert result["ended"], result
    return bool(result["same"])


def test_the_result_is_one_line_of_json(tmp_path: Path, capsys: Output) -> None:
    """On the sample data it has the orders and the profit that `up` has."""
    result = backtest(capsys, "news", "--state-dir", tmp_path / "run")

    assert (result["ticks"], result["orders"], result["fills"]) == (36_109, 37, 37)
    assert (result["orders_rejected"], result["interrupted"]) == (0, False)
    assert result["state_dir"] == str(tmp_path / "run")
    assert result["elapsed_s"] > 0
    assert result["ticks_per_second"] > 0
    account = result["accounts"]["news"]
    assert (account["realized_pnl"], account["unrealized_pnl"]) == ("21.7", "30")
    assert account["positions"]["SPY"] == {"quantity": "10", "average_price": "689.05"}


def test_people_are_told_where_the_files_are(
    files: list[str], tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The summary is on stdout, the new directory on stderr."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert run(["backtest", "news", *files]) == ExitStatus.DONE

    printed = capsys.readouterr()
    (directory,) = tmp_path.glob("tradestack-backtest-*")
    assert printed.err == f"its files stay in {directory}; to remove them: rm -r {directory}\n"
    assert "86 ticks" in printed.out
    assert "3 orders: 3 accepted, 0 rejected" in printed.out
    assert "news: 3 fills, P&L" in printed.out


def test_people_are_told_where_the_reasons_of_rejections_are(
    files: list[str], tmp_path: Path, capsys: Output
) -> None:
    """The command that is named shows them."""
    (tmp_path / "mine.py").write_text(
        "from tradestack.strategies import Strategy\n\n\nclass Mine(Strategy):\n"
        "    def on_tick(self, tick):\n        self.buy('NONE')\n"
    )
    where = ("--state-dir", str(tmp_path / "run"))

    assert run(["backtest", f"{tmp_path}/mine.py", *files, *where]) == ExitStatus.DONE

    told = capsys.readouterr().err.splitlines()[-1].removeprefix("why orders were rejected: ")
    assert run(told.split()[1:]) == ExitStatus.DONE
    assert "REJECTED STALE_ORDER" in capsys.readouterr().out


@pytest.mark.parametrize("strategy", ["news", "crossover", "tests.kit.burst_quoter:BurstQuoter"])
def test_verify_finds_no_difference(tmp_path: Path, capsys: Output, strategy: str) -> None:
    """Each report follows from the feed log and the requests in the journal."""
    backtest(capsys, strategy, "--state-dir", tmp_path)

    assert is_same(tmp_path, capsys)


def test_the_readers_of_sessions_read_it(files: list[str], tmp_path: Path, capsys: Output) -> None:
    """Orders, fills, positions, profit, and why an order was filled."""
    result = backtest(capsys, "news", *files, "--state-dir", tmp_path / "run")
    where = ("--state-dir", str(tmp_path / "run"))

    for words in (["orders"], ["fills"], ["positions"], ["pnl"], ["why", "1"]):
        assert run([*words, *where, "--json"]) == ExitStatus.DONE
        assert all(map(json.loads, capsys.readouterr().out.splitlines()))
    assert run(["pnl", *where, "--json"]) == ExitStatus.DONE
    account = json.loads(capsys.readouterr().out)
    assert account["realized_pnl"] == result["accounts"]["news"]["realized_pnl"]


def test_times_and_parameters_are_options(files: list[str], tmp_path: Path, capsys: Output) -> None:
    """They cut the data, and change what is traded on."""
    result = backtest(
        capsys,
        *("news", *files, "--state-dir", str(tmp_path / "run")),
        *("--from", "2026-01-05T14:30:05Z", "--to", "2026-01-05T15:30:09.5+01:00"),
        *("--set", "buy_above=86", "--set", "sell_below=1"),
    )

    assert (result["ticks"], result["orders"]) == (5 * 2 + 4, 1)


def test_ctrl_c_ends_between_two_batches(tmp_path: Path, capsys: Output) -> None:
    """The result is that of the data before it, and whole."""
    arguments = ["backtest", INTERRUPTING, "--state-dir", str(tmp_path), "--json"]

    assert run(arguments) == ExitStatus.INTERRUPTED

    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert result["interrupted"]
    assert 10_000 <= result["ticks"] < 36_109
    assert result["orders"] > 0
    assert f"interrupted after tick {result['ticks']:,}" in printed.err
    assert is_same(tmp_path, capsys)


def test_a_second_ctrl_c_breaks_it_off(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no result then, and no directory that nobody has named; people are told where."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert run(["backtest", INTERRUPTING, "--set", "times=2"]) == ExitStatus.INTERRUPTED

    printed = capsys.readouterr()
    assert printed.out == ""
    place = r"broken off in \S+/interrupting\.py line \d+, in on_tick at message 10000; there is no"
    assert re.search(place, printed.err)
    assert not list(tmp_path.iterdir())


def test_a_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    """In one row, of which nothing remains at the end."""
    make_tests_findable()
    command = [TRADESTACKCTL, "backtest", "tests.kit.quoter:Quoter", "--state-dir", str(tmp_path)]

    with Terminal([*command, "--to", "2026-01-15T14:45:00Z"]) as terminal:
        terminal.wait_for(" ticks/s | ")
        assert terminal.end() == ExitStatus.DONE

    assert any(" % " in line or " %, " in line for line in terminal.lines)
    assert not any("ticks/s" in row for row in terminal.remaining)


@pytest.mark.parametrize(
    ("reached", "parts"),
    [
        (Reached(0, 0, 0.0), ["0 %", "0 ticks/s", "0 orders", "0 ticks"]),
        (Reached(1_000, 1, 0.25), ["25 %, 6 s left", "500 ticks/s", "1 order", "1,000 ticks"]),
        (Reached(8_000, 2, 1.0), ["100 %, 0 s left", "4,000 ticks/s", "2 orders", "8,000 ticks"]),
    ],
)
def test_the_time_left_is_estimated(reached: Reached, parts: list[str]) -> None:
    """From what was read of the source in two seconds."""
    assert progress_parts(reached, 2.0) == parts


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "STRATEGY"),
        (["news", "--set", "buy_above"], "is not of the form"),
        (["news", "--set", "=3"], "is not of the form"),
        (["news", "--from", "5"], "'5' is not a time such as"),
        (["news", "--from", "yesterday"], "'yesterday' is not a time such as"),
        (["news", "--to", "2026-01-15T15:00:00"], "needs a zone"),
        (["news", "--prices", "p.csv", "--feed-log", "x.feed"], "in place of"),
        (["news", "--pace", "max"], "unrecognized arguments"),
    ],
)
def test_a_wrong_command_line_is_explained(words: list[str], text: str, capsys: Output) -> None:
    """With the usage of the verb, and exit status 2."""
    with pytest.raises(SystemExit) as raised:
        run(["backtest", *words])

    assert raised.value.code == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["newz"], ["strategy newz", "is no strategy", "news, crossover", "module:Class"]),
        (["json:loads"], ["json:loads", "is not a class that extends Strategy"]),
        (["broken.py"], ["broken.py", "line 2", "SyntaxError"]),
        (["failing.py"], ["failing.py line 5, in on_tick", "ZeroDivisionError", "at message 1;"]),
        (["crossover", "--set", "fast=3"], ["no parameter 'fast'", "short_ticks"]),
        (["crossover", "--set", "short_ticks=x"], ["strategy crossover", "short_ticks"]),
        (["crossover", "--set", "short_ticks=100"], ["short_ticks", "long_ticks"]),
        (["news", "--config", "none.toml"], ["none.toml", "no such file"]),
        (["news", "--order-manager-config", "none.toml"], ["none.toml", "no such file"]),
        (["news", "--prices", "none.csv"], ["none.csv", "No such file"]),
        (["news", "--feed-log", "none.feed"], ["none.feed", "No such file"]),
        (
            ["news", "--feed-log", "text.feed"],
            ["message 1 is not a tick", "SESSION.feed"],
        ),
        (["news", "--prices", "text.feed"], ["text.feed: line 1"]),
        (["news", "--state-dir", "used"], ["used/state/gateway", "has sessions", "empty"]),
        (["news", "--state-dir", "text.feed"], ["text.feed", "Not a directory"]),
    ],
)
def test_what_has_to_be_corrected_is_named(
    words: list[str],
    texts: list[str],
    tmp_path: Path,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what to do, and exit status 78."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "text.feed").write_text("nothing that anybody reads\n" * 10)
    (tmp_path / "broken.py").write_text("import tradestack\nclass:\n")
    (tmp_path / "failing.py").write_text(FAILING)
    (tmp_path / "used/state/gateway").mkdir(parents=True)
    (tmp_path / "used/state/gateway/3DAA200000.feed").touch()

    assert run(["backtest", *words]) == ExitStatus.OPERATOR_FAULT

    said = capsys.readouterr().err
    assert all(text in said for text in texts), said
    assert not list(tmp_path.glob("tradestack-backtest-*"))
