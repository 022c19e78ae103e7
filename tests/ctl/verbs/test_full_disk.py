"""A full disk under what a verb writes: the message says where, and what to do."""

import tempfile
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.full_disk import full_disk, needs_root
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

PRICES = "timestamp,symbol,price\n2026-01-05T14:30:00Z,SPY,600.25\n"
ANOTHER = "make room on its disk, or name a place on another one"
ANOTHER_TMPDIR = "make room on its disk, or set TMPDIR to a directory on another one"
CASES = {
    "import {prices} -o {disk}/o.csv": ("{disk}/o.csv", ANOTHER),
    "new-strategy mine --directory {disk}": ("{disk}", ANOTHER),
    "backtest crossover --prices {prices} --state-dir {disk}/run": ("{disk}/run", ANOTHER),
    "backtest crossover --prices {prices}": ("{disk}/tradestack-backtest-", ANOTHER_TMPDIR),
    "backtest crossover --prices {prices} --sort": ("{disk}/tradestack-backtest-", ANOTHER_TMPDIR),
    "backtest crossover --prices {prices} --sweep short_ticks=1,2": (
        "{disk}/tradestack-sweep-",
        ANOTHER_TMPDIR,
    ),
}


@needs_root
@pytest.mark.parametrize("command", CASES)
def test_the_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Output, command: str
) -> None:
    """No file is left in part: it would be in the way of the next try."""
    prices = tmp_path / "prices.csv"
    prices.write_text(PRICES)
    with full_disk(tmp_path) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))  # as TMPDIR with a little room sets it
        status = run(command.format(prices=prices, disk=disk).split())
        left = {path.name for path in disk.iterdir()}

    where, remedy = CASES[command]
    said = capfd.readouterr().err.splitlines()[-1]
    assert status == ExitStatus.OPERATOR_FAULT
    assert said.startswith(f"tradestackctl: {where.format(disk=disk)}")
    assert said.endswith(f": no space is left; {remedy}")
    assert left <= {"filling", "run"}
