"""The report of a session beside what `pnl`, `positions`, `orders` and `fills` print of it."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

from tradestack.ctl.main import run

Item = dict[str, Any]

# Fields of an account, and of a position, that both have under the same name.
ACCOUNT = (
    "cash",
    "equity",
    "realized_pnl",
    "unrealized_pnl",
    "fees",
    "gross_notional",
    "net_notional",
    "peak_equity",
    "drawdown",
    "opened_from",
    "opened_equity",
    "session_pnl",
    "fills",
    "orders_working",
)
POSITION = (
    "symbol",
    "quantity",
    "average_price",
    "realized_pnl",
    "unrealized_pnl",
    "fees",
    "opened_quantity",
)
COUNT = 100_000


def report_of(state_dir: Path, *session: str) -> Item:
    """Return what `report --json` prints."""
    (report,) = printed("report", *session, "--state-dir", str(state_dir), "--json")
    return report


def printed(*arguments: str) -> list[Item]:
    """Return the lines of JSON that a verb prints."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        assert run(arguments) == 0, arguments
    return [json.loads(line) for line in output.getvalue().splitlines()]


def assert_agreement(state_dir: Path, *session: str) -> Item:
    """Compare the report with every verb that answers from the same files; return it."""
    report = report_of(state_dir, *session)
    files = [*session, "--state-dir", str(state_dir), "--json"]
    accounts = report["accounts"]["accounts"]
    assert [[each["user"], *(each[name] for name in ACCOUNT)] for each in accounts] == [
        [each["user"], *(each[name] for name in ACCOUNT)] for each in printed("pnl", *files)
    ]
    assert [
        [account["user"], *_position(each)] for account in accounts for each in account["positions"]
    ] == [[each["user"], *_position(each)] for each in printed("positions", *files)]
    fills = printed("fills", *files, "--count", str(COUNT))
    orders = printed("orders", *files, "-n", str(COUNT))
    rejected = [each for each in orders if each["ord_status"] == "REJECTED"]
    counts = report["orders"]
    assert [counts[name] for name in ("received", "rejected", "fills")] == [
        len(orders),
        len(rejected),
        len(fills),
    ]
    assert {each["name"]: each["count"] for each in counts["reasons"]} == {
        reason: sum(each["reason"] == reason for each in rejected)
        for reason in {each["reason"] for each in rejected}
    }
    return report


def _position(position: Item) -> list[object]:
    """Return its numbers; an account need not look at the mark of what it does not hold."""
    mark = position["mark"] if position["quantity"] != "0" else None
    return [mark, *(position[name] for name in POSITION)]
