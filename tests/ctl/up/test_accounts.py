"""The accounts of a run."""

from typing import Any

import pytest

from tradestack.ctl.account_lines import account_lines
from tradestack.trading.replies.run_accounts import Holding, RunAccount, run_accounts


def an_account(**changes: Any) -> dict[str, Any]:
    """Make an account as ListPositions lists it."""
    account = {
        "user": "news",
        "feed_session": "3DAA200000",
        "realized_pnl": "21.7",
        "unrealized_pnl": "30",
        "fees": "1.5",
        "fills": 37,
        "equity": "50.2",
        "opened_from": None,
        "opened_equity": "0",
        "session_pnl": "50.2",
    }
    return {**account, **changes}


def a_position(**changes: Any) -> dict[str, Any]:
    """Make a position as ListPositions lists it."""
    position = {"user": "news", "symbol": "SPY", "quantity": "10", "average_price": "689.05"}
    return {**position, **changes}


def test_accounts_are_listed_with_what_they_hold() -> None:
    """A closed position is none, and each user has its own."""
    listed = {
        "accounts": [an_account(), an_account(user="other", fills=1)],
        "positions": [
            a_position(),
            a_position(symbol="XOM", quantity="0", average_price=None),
            a_position(user="other", symbol="AMZN", quantity="-10"),
        ],
    }

    accounts = run_accounts(listed, "3DAA200000")

    assert accounts == {
        "news": RunAccount("21.7", "30", "1.5", 37, "50.2", {"SPY": Holding("10", "689.05")}),
        "other": RunAccount("21.7", "30", "1.5", 1, "50.2", {"AMZN": Holding("-10", "689.05")}),
    }
    assert accounts["news"].as_dict() == {
        "realized_pnl": "21.7",
        "unrealized_pnl": "30",
        "fees": "1.5",
        "fills": 37,
        "equity": "50.2",
        "positions": {"SPY": {"quantity": "10", "average_price": "689.05"}},
        "opened_equity": None,
        "session_pnl": None,
    }


@pytest.mark.parametrize(
    ("first_session", "users"), [("3DAA200000", ["news"]), ("3DAA200001", []), ("", ["news"])]
)
def test_accounts_of_earlier_runs_are_left_out(first_session: str, users: list[str]) -> None:
    """They are those of feed sessions before the first of the run."""
    listed = {"accounts": [an_account()], "positions": []}

    assert list(run_accounts(listed, first_session)) == users


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ["news: 37 fills, P&L 50.20 (21.70 realized, 30.00 unrealized, 1.50 fees)"]),
        ({"fills": 0}, ["news: 0 fills"]),
        (
            {"fills": 1, "unrealized_pnl": "-123.456", "fees": "0"},
            ["news: 1 fill, P&L -101.76 (21.70 realized, -123.46 unrealized, 0.00 fees)"],
        ),
        (
            {"fills": 1234, "realized_pnl": "1.005", "unrealized_pnl": "0.005", "fees": "0"},
            ["news: 1,234 fills, P&L 1.01 (1.00 realized, 0.00 unrealized, 0.00 fees)"],
        ),
        (
            {"fills": 1_234_567, "realized_pnl": "-1234567.89", "unrealized_pnl": "-0.11"},
            [
                "news: 1,234,567 fills, P&L -1,234,569.50",
                "  -1,234,567.89 realized, -0.11 unrealized, 1.50 fees",
            ],
        ),
        (
            {
                "fills": 0,
                "opened_from": "3DAA100000",
                "opened_equity": "60.2",
                "session_pnl": "-10",
            },
            [
                "news: 0 fills, P&L 50.20 (21.70 realized, 30.00 unrealized, 1.50 fees)",
                "  -10.00 in this feed session, 60.20 before it",
            ],
        ),
    ],
)
def test_an_account_is_said_briefly(changes: dict[str, Any], lines: list[str]) -> None:
    """In one line, or in two where one would not fit a terminal of 80 columns.

    The profit is that after fees, added up before it is rounded to the cent.
    """
    listed = {"accounts": [an_account(**changes)], "positions": []}

    assert account_lines("news", run_accounts(listed, "")["news"]) == lines
