"""`tradestackctl backtest --report`: the report of its session, in a file beside its result."""

from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run


def test_the_report_is_written_at_the_end(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a name it is report.html in the current directory; stderr says where."""
    monkeypatch.chdir(tmp_path)

    assert run(["backtest", "news", "--state-dir", str(tmp_path / "run"), "--report"]) == 0

    path = tmp_path / "report.html"
    text = path.read_text(encoding="utf-8")
    assert f"the report is in {path}\n" in capsys.readouterr().err
    assert "37 orders received, 37 accepted, 0 rejected; 37 fills." in text
    assert "The account earned 51.70 after 0.00 of fees" in text


def test_the_name_says_the_form(tmp_path: Path, capsys: Output) -> None:
    """The Markdown file is that of `report --markdown`."""
    where, path = ("--state-dir", str(tmp_path / "run")), tmp_path / "performance_report.md"

    assert run(["backtest", "news", *where, "--report", str(path)]) == ExitStatus.DONE

    assert f"the report is in {path}\n" in capsys.readouterr().err
    assert run(["report", *where, "--markdown", str(tmp_path / "made.md")]) == ExitStatus.DONE
    assert path.read_text(encoding="utf-8") == (tmp_path / "made.md").read_text(encoding="utf-8")


def test_a_name_of_no_form_is_refused_before_the_run(tmp_path: Path, capsys: Output) -> None:
    """It says which names there are."""
    options = ["--state-dir", str(tmp_path / "run"), "--report", str(tmp_path / "report.pdf")]

    assert run(["backtest", "news", *options]) == ExitStatus.OPERATOR_FAULT

    assert "is no name of a report; let it end in .html or .md" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_many_runs_have_no_report(tmp_path: Path, capsys: Output) -> None:
    """A sweep refuses the option, and says what it has instead."""
    options = ["--sweep", "short_ticks=10,20", "--report", str(tmp_path / "report.html")]

    with pytest.raises(SystemExit):
        run(["backtest", "crossover", *options])

    assert "--report is of one run" in capsys.readouterr().err


def test_a_bad_place_is_refused_before_the_run(tmp_path: Path, capsys: Output) -> None:
    """No session is made for a report that cannot be written."""
    options = ["--state-dir", str(tmp_path / "run"), "--report", str(tmp_path)]

    assert run(["backtest", "news", *options]) == ExitStatus.OPERATOR_FAULT

    assert f"{tmp_path}: this is a directory" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
