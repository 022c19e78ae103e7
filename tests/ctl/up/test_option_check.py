"""up: wrong options are refused before anything is started, by the name that the person gave."""

import socket
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
        (
            ("--set", "gateway.segment_suffix=x"),
            "--set gateway.segment_suffix: `up` sets this key itself; leave it out",
        ),
        (
            ("--strategy-config", "odd.toml"),
            "--strategy-config odd.toml: quantitty: unknown key; did you mean quantity?",
        ),
        (
            ("--strategy-config", "none.toml"),
            "--strategy-config none.toml: No such file or directory; name a file",
        ),
        (("--strategy-config", "not.toml"), "--strategy-config not.toml: Invalid value"),
        (
            ("--strategy-config", "my strategy.toml"),
            "--strategy-config my strategy.toml: the instance is named after the file",
        ),
        (
            ("--strategy-config", "one.toml", "--strategy-config", "two.toml"),
            "--strategy-config two.toml: user: trader is also the user of one.toml",
        ),
        (
            ("--strategy-config", "one.toml", "--strategy-config", "other/one.toml"),
            "--strategy-config other/one.toml: the instance is named after the file, as is that of",
        ),
        (("--state-dir", "prices.csv"), "prices.csv: Not a directory; choose another --state-dir"),
        (("--prices", "none.csv"), "--prices none.csv: no such file; name a file"),
        (("--prices", "day*.csv"), "--prices day*.csv: no file fits this pattern; name CSV files"),
        (("--prices", "bad.csv"), '--prices bad.csv: line 1: required column "price" missing'),
        (
            ("--sentiment", "prices.csv"),
            '--sentiment prices.csv: line 1: required column "sentiment" missing',
        ),
    ],
)
def test_a_wrong_option_starts_nothing(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """One sentence names the option or the file, and no file of ours."""
    write(tmp_path / "prices.csv", PRICES)
    write(tmp_path / "bad.csv", PRICES.replace("price", "prize"))
    (tmp_path / "other").mkdir()
    for name in ("one", "two", "odd", "my strategy", "other/one"):
        misspelt = "quantitty" if name == "odd" else "quantity"
        (tmp_path / f"{name}.toml").write_text(f'user = "trader"\n{misspelt} = "1"\n')
    (tmp_path / "not.toml").write_text("user = ")

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


def test_a_wrong_option_deletes_nothing(tmp_path: Path) -> None:
    """--fresh begins again only when all options are right."""
    kept = tmp_path / "stack" / "state" / "kept"
    kept.parent.mkdir(parents=True)
    (tmp_path / "stack" / "lock").touch()
    kept.touch()

    done = up(tmp_path, "--state-dir", "stack", "--fresh", "--pace", "fast")

    assert done.returncode == ExitStatus.OPERATOR_FAULT
    assert kept.exists()


def test_a_port_is_chosen_by_set(tmp_path: Path) -> None:
    """The server listens there; a port that is in use is refused by the name of the option."""
    write(tmp_path / "prices.csv", PRICES)
    options = ("--prices", "prices.csv", "--pace", "max", "--until-end", "--json")
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        refused = up(tmp_path, *options, "--set", f"order-manager.listen={address}")

    done = up(tmp_path, *options, "--set", f"order-manager.listen={address}")

    assert refused.returncode == ExitStatus.OPERATOR_FAULT
    last = refused.stderr.splitlines()[-1]
    assert last == (
        f"tradestackctl: --set order-manager.listen={address}: Address already in use; "
        "choose another address"
    )
    assert done.returncode == ExitStatus.DONE, done.stderr
    assert f"orders {address}, " in done.stderr
