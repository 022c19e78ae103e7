"""The report of a session beside what `pnl`, `positions`, `orders` and `fills` print of it."""

import contextlib
import io
import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tradestack.ctl.main import run

Item = dict[str, Any]

# Fields that both have under the same name: of an account, and of a position. Those that depend on
# the newest message are compared of an account that has met it: one that waits is behind.
ACCOUNT = (
    "cash",
    "realized_pnl",
    "fees",
    "opened_from",
    "opened_equity",
    "fills",
    "orders_working",
)
NOW = (
    "orders_working",
    "equity",
    "unrealized_pnl",
    "gross_notional",
    "net_notional",
    "peak_equity",
    "drawdown",
    "session_pnl",
)
POSITION = ("symbol", "quantity", "average_price", "realized_pnl", "fees", "opened_quantity")
POSITION_NOW = ("mark", "unrealized_pnl")
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


def numbers_told(report: Item, behind: Collection[str]) -> Item:
    """Return what the report says of what others say, too; behind: users whose accounts are."""
    accounts, orders = report["accounts"]["accounts"], report["orders"]
    return {
        "accounts": [_account(each, behind) for each in accounts],
        "positions": [
            [account["user"], *_position(each, is_behind=account["user"] in behind)]
            for account in accounts
            for each in account["positions"]
        ],
        "orders": [orders[name] for name in ("received", "rejected", "fills")],
        "reasons": {each["name"]: each["count"] for each in orders["reasons"]},
    }


def numbers_printed(state_dir: Path, head: int, *session: str) -> tuple[Item, Collection[str]]:
    """Return what `pnl`, `positions`, `orders` and `fills` say, and whose accounts are behind.

    head: the number of the newest message.
    """
    files = [*session, "--state-dir", str(state_dir), "--json"]
    accounts = printed("pnl", *files)
    behind = {each["user"] for each in accounts if each["matched_through"] < head}
    fills = printed("fills", *files, "--count", str(COUNT))
    orders = printed("orders", *files, "-n", str(COUNT))
    rejected = [each["reason"] for each in orders if each["ord_status"] == "REJECTED"]
    numbers = {
        "accounts": [_account(each, behind) for each in accounts],
        "positions": [
            [each["user"], *_position(each, is_behind=each["user"] in behind)]
            for each in printed("positions", *files)
        ],
        "orders": [len(orders), len(rejected), len(fills)],
        "reasons": dict(Counter(rejected)),
    }
    return numbers, behind


def _account(account: Item, behind: Collection[str]) -> list[object]:
    names = ACCOUNT if account["user"] in behind else (*ACCOUNT, *NOW)
    return [account["user"], *(account[name] for name in names)]


def _position(position: Item, *, is_behind: bool) -> list[object]:
    """Return its numbers; an account need not look at the mark of what it does not hold."""
    is_now = not is_behind and position["quantity"] != "0"
    names = (*POSITION, *POSITION_NOW) if is_now else POSITION
    return [position[name] for name in names]
