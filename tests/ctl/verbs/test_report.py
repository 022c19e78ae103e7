"""`tradestackctl report`: which session, what is printed and written, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tradestack import backtest
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.report.summary import COLUMNS

COMMAND_LINE_WRONG = 2


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a backtest on the sample data."""
    directory = tmp_path_factory.mktemp("report") / "run"
    backtest.run("news", state_dir=directory)
    return directory


def report(output: Output, state: Path, *arguments: str | Path) -> str:
    """Make a report, and return what is printed."""
    output.readouterr()
    status = run(["report", *map(str, arguments), "--state-dir", str(state)])
    assert status == ExitStatus.DONE
    return output.readouterr().out


def test_a_summary_is_printed(state: Path, capsys: Output) -> None:
    """In lines of a terminal, with what matters of each part."""
    text = report(capsys, state)

    lines = text.splitlines()
    assert max(map(len, lines)) <= COLUMNS
    for part in (
        "36,109 ticks, 36,000 prices, 109 news of 10 symbols",
        "0 gaps",
        "37 accepted, 0 rejected; 37 fills",
        "account of news: equity 51.70, drawdown 11.80, at most 34.50",
        "implementation shortfall",
        "Sharpe ratio, annualised",
    ):
        assert part in text
    assert ["process", "CPU", "memory"] in [line.split() for line in lines]


def test_json_has_everything_and_the_same_again(state: Path, capsys: Output) -> None:
    """Money is a decimal text, a time UTC, what is not recorded null; nothing is of now."""
    text = report(capsys, state, "--json")
    told = json.loads(text)

    assert told["accounts"]["accounts"][0]["equity"] == "51.7"
    assert told["feed"]["first_event"] == "2026-01-15T14:30:00.011000Z"
    assert [each["daemon"] for each in told["processes"]] == ["backtest"]
    assert all(ratio["definition"] for ratio in told["ratios"][0]["ratios"])
    assert report(capsys, state, "--json") == text


def test_documents_and_pictures_are_written(state: Path, tmp_path: Path, capsys: Output) -> None:
    """Then no summary is printed."""
    html, markdown, pictures = tmp_path / "r.html", tmp_path / "r.md", tmp_path / "pictures"

    text = report(capsys, state, "--html", html, "--markdown", markdown, "--png", pictures)

    assert text == ""
    assert html.read_text().startswith("<!doctype html>")
    assert html.stat().st_size < 1_000_000
    assert "Performance report" in markdown.read_text()
    assert list(pictures.glob("*.png"))


def test_a_session_is_chosen_by_its_id_or_as_the_last_that_ended(
    state: Path, capsys: Output
) -> None:
    """There is only one here, so that all are the same."""
    (log,) = (state / "state" / "gateway").glob("*.feed")
    newest = report(capsys, state, "--json")

    assert report(capsys, state, log.stem, "--json") == newest
    assert report(capsys, state, "--last", "--json") == newest


def test_the_last_that_ended_is_not_the_one_that_goes_on(
    state: Path, tmp_path: Path, capsys: Output
) -> None:
    """A newer log without an end is passed over; without any other one there is no report."""
    (log,) = (state / "state" / "gateway").glob("*.feed")
    copy = tmp_path / "gateway"
    copy.mkdir()
    (tmp_path / "order-manager").mkdir()
    for suffix in (".feed", ".json"):
        (copy / log.with_suffix(suffix).name).write_bytes(log.with_suffix(suffix).read_bytes())
    newer = copy / "ZZZA200000.feed"
    newer.write_bytes(b"")

    assert json.loads(report(capsys, tmp_path, "--last", "--json"))["feed"]["ticks"] == 36_109
    assert json.loads(report(capsys, tmp_path, "--json"))["feed"]["ticks"] == 0

    (copy / log.with_suffix(".json").name).unlink()
    assert run(["report", "--last", "--state-dir", str(tmp_path)]) == ExitStatus.OPERATOR_FAULT
    assert "no feed session has ended" in capsys.readouterr().err


def test_capital_and_interval_change_the_ratios_that_depend_on_them(
    state: Path, capsys: Output
) -> None:
    """Turnover is of the capital; Sharpe ratios are of the intervals, and not of the capital."""

    def ratios(*arguments: str) -> dict[str, float]:
        (of_user,) = json.loads(report(capsys, state, "--json", *arguments))["ratios"]
        return {each["key"]: each["value"] for each in of_user["ratios"]}

    usual = ratios()
    rich = ratios("--capital", "1000000")
    slow = ratios("--sharpe-interval", "5min")

    assert rich["turnover"] < usual["turnover"]
    assert rich["sharpe_annual"] == usual["sharpe_annual"] != slow["sharpe_annual"]
    assert slow["turnover"] == usual["turnover"]


def test_sharpe_ratios_are_those_of_a_sweep(state: Path, capsys: Output) -> None:
    """One definition, one computation: of the same run both say the same."""
    capsys.readouterr()
    run(["backtest", "news", "--sweep", "buy_above=60", "--jobs", "1", "--json"])
    (row,) = json.loads(capsys.readouterr().out)["rows"]

    (told,) = json.loads(report(capsys, state, "--json"))["ratios"]

    ratios = {each["key"]: each["value"] for each in told["ratios"]}
    assert ratios["sharpe"] == row["sharpe"]
    assert ratios["sharpe_probability"] == row["probabilistic_sharpe"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["3DAA200000", "--last"], "leave out SESSION, or --last"),
        (["--capital", "0"], "is not above 0"),
        (["--capital", "much"], "is not a decimal number"),
        (["--sharpe-interval", "5"], "has no unit"),
        (["--sharpe-interval", "0"], "is no time"),
    ],
)
def test_a_wrong_command_line_is_refused(
    arguments: list[str], says: str, state: Path, capsys: Output
) -> None:
    """With the usage, and what is wrong."""
    with pytest.raises(SystemExit) as end:
        run(["report", *arguments, "--state-dir", str(state)])

    assert end.value.code == COMMAND_LINE_WRONG
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["3DAA200000"], "no feed log of 3DAA200000"),
        (["--html", "/nowhere/report.html"], "/nowhere"),
        (["--markdown", "/nowhere/report.md"], "/nowhere"),
    ],
)
def test_what_has_to_be_fixed_first_is_named(
    arguments: list[str], says: str, state: Path, capsys: Output
) -> None:
    """Before anything is read for long."""
    status = run(["report", *arguments, "--state-dir", str(state)])

    assert status == ExitStatus.OPERATOR_FAULT
    assert says in capsys.readouterr().err
