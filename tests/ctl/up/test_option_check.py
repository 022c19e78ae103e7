"""up: wrong options are refused before anything is started, by the name that the person gave."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.csv_files import PRICES_HEADER, write
from tradestack.ctl.exit_status import ExitStatus

CTL = Path(sys.executable).with_name("tradestackctl")
DEADLINE_S = 60.0
PRICES = PRICES_HEADER + "2026-01-05T14:30:00Z,SPY,600.25,1\n"


def up(directory: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `up` in a directory to its end."""
    return subprocess.run(
        [CTL, "up", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--pace", "fast"), "--pace: 'fast' is not valid; allowed is \"1x\""),
        (("--set", "gateway.at_end=stop"), "--set gateway.at_end: 'stop' is not valid; allowed"),
        (
            ("--set", "gateway.colour=red"),
            "--set gateway.colour: unknown key; did you mean columns?",
        ),
        (("--set", "order-manager.max_order_age=x"), "--set order-manager.max_order_age: 'x' is"),
        (("--prices", "none.csv"), "--prices none.csv: no such file; name a file"),
        (("--prices", "day*.csv"), "day*.csv: no file fits this pattern; name CSV files"),
        (("--prices", "bad.csv"), 'bad.csv: line 1: required column "price" missing'),
        (("--sentiment", "prices.csv"), 'prices.csv: line 1: required column "sentiment" missing'),
    ],
)
def test_a_wrong_option_starts_nothing(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """One sentence names the option or the file, and no file of ours."""
    write(tmp_path / "prices.csv", PRICES)
    write(tmp_path / "bad.csv", PRICES.replace("price", "prize"))

    done = up(tmp_path, *arguments)

    assert done.returncode == ExitStatus.OPERATOR_FAULT
    assert done.stderr.startswith("tradestackctl: ")
    assert words in done.stderr
    assert "/tradestack-" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_options_of_files_are_a_section_of_the_gateways_config(tmp_path: Path) -> None:
    """A file that needs them is published; several files are merged."""
    directory = tmp_path / "stack"
    for day in (1, 2):
        rows = f"20260{day}05 143000,600.25,1\n"
        write(tmp_path / f"day{day}.csv", f"timestamp,price,size\n{rows}")

    done = up(
        tmp_path,
        *("--prices", "day2.csv", "day1.csv", "--symbol", "SPY"),
        *("--timezone", "America/New_York", "--pace", "max", "--until-end"),
        *("--state-dir", str(directory)),
    )

    assert done.returncode == ExitStatus.DONE, done.stderr
    config = (directory / "etc" / "gateway.toml").read_text()
    assert 'format = {"symbol" = "SPY", "timezone" = "America/New_York"}' in config
    (log,) = (directory / "state" / "gateway").glob("*.feed")
    assert log.stat().st_size == 2 * 64
