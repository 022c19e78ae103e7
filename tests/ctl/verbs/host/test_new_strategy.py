"""new-strategy: files that work as they are, and nothing is overwritten."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tradestack.configs.strategy import StrategyConfig
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.runtime.config.keys import load_config
from tradestack.strategies.registry import find_strategy

Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("name", "class_name"),
    [("mine", "Mine"), ("mean-back", "MeanBack"), ("2-sides", "Strategy2Sides")],
)
def test_the_files_work_as_they_are(
    tmp_path: Path, capsys: Output, name: str, class_name: str
) -> None:
    """The class is found, the configuration fits it, and the tests pass, by the command printed."""
    status = run(["new-strategy", name, "--directory", str(tmp_path / "new")])

    printed = capsys.readouterr().out.splitlines()
    config = load_config(StrategyConfig, tmp_path / f"new/{name}.toml")
    assert status == ExitStatus.DONE
    assert find_strategy(config.strategy).strategy.__name__ == class_name
    assert dict(config.parameters) == {"length": "50", "distance": "0.05"}
    assert [line.split()[-2:][0] for line in printed[1:]] == ["backtest", name]
    tested = subprocess.run(
        [*shlex.split(printed[0]), "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert tested.returncode == 0, tested.stdout
    assert "3 passed" in tested.stdout


def test_the_example_is_as_tidy_as_ours(tmp_path: Path) -> None:
    """People begin with it."""
    run(["new-strategy", "mine", "--directory", str(tmp_path)])

    for check in (["check", "--select", "E,F,I,N,UP"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--line-length", "100", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    assert len((tmp_path / "mine.py").read_text().splitlines()) <= 40


@pytest.mark.parametrize("name", ["News", "a/b", "../x", "news", "x" * 17, "-x"])
def test_invalid_names_are_refused(tmp_path: Path, name: str) -> None:
    """They are those of an instance, and none of a strategy that is shipped."""
    try:
        status = run(["new-strategy", name, "--directory", str(tmp_path)])
    except SystemExit as usage:
        status = int(usage.code or 0)

    assert status in (2, ExitStatus.OPERATOR_FAULT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("existing", ["mine.py", "mine.toml", "test_mine.py"])
def test_nothing_is_overwritten(tmp_path: Path, existing: str) -> None:
    """Not even a link that leads nowhere; and then no other file is written."""
    (tmp_path / existing).symlink_to("/nowhere/at/all")

    assert run(["new-strategy", "mine", "--directory", str(tmp_path)]) == ExitStatus.OPERATOR_FAULT
    assert [path.name for path in tmp_path.iterdir()] == [existing]
