"""Print the profit and loss of each user.

It covers the newest feed session that the user traded in; while an account
waits for the end of the one before, it covers that one. REALIZED is the
profit of closed positions, UNREALIZED that of open ones at the last trades,
both before FEES. EQUITY is cash plus the value of the positions: REALIZED plus
UNREALIZED less FEES, as an account begins with 0. DRAWDOWN is how far EQUITY is
below its peak, GROSS the value of all positions, long and short added up. Where
an account goes on from an earlier feed session (`account = "carry"`) all of
these do, and SESSION is what was earned in this one, after fees. Money is
rounded to the cent; --json has every decimal, and how far the account has met
the feed.

By default the order manager answers. With SESSION, --at or --state-dir, the
files of a feed session do, also while the stack runs, or of a stopped or copied
one: its accounts are folded again, as `verify` does.

--at N is the state after message N of the feed: its trade has had its effect on
orders, and the orders that it caused are sent. --at TIME is the state after the
last message whose event time is not later. Positions are valued at the last
trades until then.

examples:
  tradestackctl pnl
  tradestackctl pnl --state-dir /tmp/stack       of a stopped `up`, or a copy
  tradestackctl pnl --at 2026-01-15T20:44:57Z    as it was then
  tradestackctl pnl 3DAA200000 --at 33898
  tradestackctl pnl --user news --json | jq -r .equity
"""

import argparse
from collections.abc import Sequence

from tradestack.ctl.account_questions import Item, add_user, ask_accounts, print_items, status_of
from tradestack.ctl.readable import money_text

HEADINGS = ("USER", "FILLS", "REALIZED", "UNREALIZED", "FEES", "EQUITY", "DRAWDOWN", "GROSS")
SESSION = "SESSION"
KEYS = ("realized_pnl", "unrealized_pnl", "fees", "equity", "drawdown", "gross_notional")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_user(parser)


def run(args: argparse.Namespace) -> int:
    """Print one line for each account; return REFUSED if one cannot be read."""
    reply = ask_accounts(args, "ListAccounts")
    accounts = reply["accounts"]
    headings: tuple[str, ...] = HEADINGS
    keys: tuple[str, ...] = KEYS
    if any(account["opened_from"] for account in accounts):
        headings, keys = (*headings, SESSION), (*keys, "session_pnl")
    rows = [_row(account, keys) for account in accounts]
    print_items(args, accounts, [headings, *rows], headings[1:])
    return status_of(reply)


def _row(account: Item, keys: Sequence[str]) -> Sequence[object]:
    return (account["user"], account["fills"], *(money_text(account[key]) for key in keys))
