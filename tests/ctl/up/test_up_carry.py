"""Positions that go on from one feed session to the next, with real daemons that are killed."""

import json
import os
import signal
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import Stack
from tradestack.ctl.main import run
from tradestack.store.journal_lines import read_lines

CARRY = ("--set", "order-manager.execution.account='carry'", "--set", "gateway.sessions_kept=20")
GOES_ON = "the account of news goes on from"


def test_positions_go_on_over_loops_and_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are the sum of all fills, and every feed session is what follows from its files."""
    arguments = ("--pace", "max", "--respawn", "--json", "--state-dir", tmp_path / "s")
    with Stack(*arguments, *CARRY) as stack:
        stack.wait_for(GOES_ON, count=1)
        for count, daemon in enumerate(("order-manager", "gateway", "order-manager"), 2):
            os.kill(stack.pid_of(daemon), signal.SIGKILL)
            stack.wait_for(GOES_ON, count=count)
        stack.call("order-manager", "io.tradestack.OrderManager.NewSession")
        stack.wait_for(GOES_ON, count=5)
        stack.process.send_signal(signal.SIGINT)
        account = stack.stats_at_end()["accounts"]["news"]

    fills = fills_in(tmp_path / "s")
    held = held_at_the_end(tmp_path / "s", capsys)
    assert {symbol: held for symbol, held in held.items() if held} == quantities(fills)
    realized, unrealized, equity = (
        Decimal(account[name]) for name in ("realized_pnl", "unrealized_pnl", "equity")
    )
    assert realized + unrealized == equity
    assert Decimal(account["opened_equity"]) + Decimal(account["session_pnl"]) == equity
    capsys.readouterr()
    for log in sorted((tmp_path / "s" / "state" / "gateway").glob("*.feed")):
        run(["verify", log.stem, "--state-dir", str(tmp_path / "s"), "--json"])
        result = json.loads(capsys.readouterr().out)
        assert result["same"], result["differences"]


def held_at_the_end(directory: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Decimal]:
    """Return what is listed of the newest feed session in which the account has gone on.

    In one that has just begun, it may wait for the one before.
    """
    for log in sorted((directory / "state" / "gateway").glob("*.feed"), reverse=True):
        capsys.readouterr()
        run(["positions", log.stem, "--state-dir", str(directory), "--json"])
        listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        if listed:
            return {each["symbol"]: Decimal(each["quantity"]) for each in listed}
    return {}


def fills_in(directory: Path) -> list[dict[str, Any]]:
    """Return the reports on fills in all order journals."""
    journals = sorted((directory / "state" / "order-manager").glob("*.journal"))
    lines = [line.payload for journal in journals for line in read_lines(journal)]
    records = [json.loads(payload) for payload in lines if payload is not None]
    reports = [record["Report"] for record in records if record["Record"] == "Execution"]
    return [report for report in reports if report["ExecType"] == "TRADE"]


def quantities(fills: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Return what is held after these fills, by symbol."""
    held: Counter[str] = Counter()
    for fill in fills:
        sign = 1 if fill["Side"] == "BUY" else -1
        held[fill["Symbol"]] += sign * int(Decimal(fill["LastQty"]))
    return {symbol: Decimal(quantity) for symbol, quantity in sorted(held.items()) if quantity}
