"""The sample data, traded with fees and slippage: tables and verbs say the same, to the digit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tradestack import backtest
from tradestack.backtest.result import Result
from tradestack.ctl.main import run
from tradestack.domain.fixed_point import parse_fixed
from tradestack.report.columns.table import MISSING, NO_CODE, Table
from tradestack.report.recorded import RecordedSession, open_session

FEES = '[execution]\nfee_bp = "2"\nslippage = "ticks"\nslippage_ticks = 1\n'
MESSAGES = (5_000, 17_123, 36_109)

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A crossover on the sample data."""
    directory = tmp_path_factory.mktemp("sample")
    (directory / "order-manager.toml").write_text(FEES)
    config = directory / "order-manager.toml"
    return backtest.run("crossover", order_manager=config, state_dir=directory / "run")


@pytest.fixture(scope="module")
def session(result: Result) -> RecordedSession:
    """Its recorded session."""
    return open_session(result.state_dir, result.feed_session)


def asked(output: Output, directory: Path, *words: object) -> list[dict[str, Any]]:
    """Return what a verb prints as JSON."""
    output.readouterr()
    assert run([*map(str, words), "--state-dir", str(directory), "--json"]) == 0
    return [json.loads(line) for line in output.readouterr().out.splitlines()]


def rows(table: Table) -> list[dict[str, Any]]:
    """The rows, codes as texts."""
    columns = {
        name: table.decoded(name) if name in table.texts else table[name].tolist() for name in table
    }
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("message", MESSAGES)
def test_equity_is_what_pnl_says(
    result: Result, session: RecordedSession, capsys: Output, message: int
) -> None:
    """In the middle and at the end."""
    (account,) = asked(capsys, result.state_dir, "pnl", "--at", message)

    table = session.equity(np.array([message]))
    for row in rows(table):
        for name, key in (
            ("equity", "equity"),
            ("cash", "cash"),
            ("market_value", "net_notional"),
            ("gross_exposure", "gross_notional"),
            ("peak_equity", "peak_equity"),
            ("drawdown", "drawdown"),
            ("realized_pnl", "realized_pnl"),
            ("unrealized_pnl", "unrealized_pnl"),
            ("fees", "fees"),
        ):
            assert row[name] == parse_fixed(account[key]), name
    assert table["user"].tolist() == [0, NO_CODE]


def test_positions_are_what_positions_says(
    result: Result, session: RecordedSession, capsys: Output
) -> None:
    """Open and closed ones."""
    listed = asked(capsys, result.state_dir, "positions")

    found = {row["symbol"]: row for row in rows(session.positions())}
    assert found.keys() >= {each["symbol"] for each in listed}
    for each in listed:
        for name in ("quantity", "mark", "realized_pnl", "unrealized_pnl", "fees"):
            assert found[each["symbol"]][name] == parse_fixed(each[name])


def test_fills_and_orders_are_what_fills_and_orders_say(
    result: Result, session: RecordedSession, capsys: Output
) -> None:
    """All of them, in their order."""
    fills = asked(capsys, result.state_dir, "fills", "--count", 10**6)
    orders = asked(capsys, result.state_dir, "orders", "-n", 10**6)

    assert [
        (row["order_id"], row["exec_id"], row["symbol"], row["side"], row["feed_seq"])
        for row in rows(session.fills())
    ] == [
        (fill["order_id"], fill["exec_id"], fill["symbol"], fill["side"], fill["feed_seq"])
        for fill in fills
    ]
    for name in ("quantity", "price", "fee"):
        assert session.fills()[name].tolist() == [parse_fixed(fill[name]) for fill in fills]
    assert [
        (row["order_id"], row["cl_ord_id"], row["symbol"], row["side"], row["status"])
        for row in rows(session.orders())
    ] == [
        (each["order_id"], each["cl_ord_id"], each["symbol"], each["side"], each["ord_status"])
        for each in orders
    ]


def test_the_decision_is_on_the_tape(session: RecordedSession) -> None:
    """The price that the strategy says to have seen is that of the message that it names."""
    orders = session.orders()

    assert (session.of_messages("value", orders["feed_seq"]) == orders["feed_price"]).all()
    assert orders.decoded("signal_name") == ["crossover"] * orders.row_count
    assert (orders["sent_time"] <= orders["received_time"]).all()
    assert (orders["average_price"] != MISSING).sum() == (orders["fills"] > 0).sum() > 0
