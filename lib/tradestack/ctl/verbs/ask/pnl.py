"""Print the profit and loss of each user.

It is that of the newest feed session that the user traded in; while an account
waits for the end of the one before, that one's. REALIZED is the profit of what
was closed, UNREALIZED of what is held at the last trades, both before FEES.
EQUITY is cash and what the positions are worth: REALIZED plus UNREALIZED less
FEES, as an account begins with 0. DRAWDOWN is what it is below its peak, GROSS
what all positions are worth, long or short. Where an account goes on from an
earlier feed session (`account = "carry"`) all of these do, and SESSION is what
was earned in this one, after fees. Money is rounded to the cent; --json has
every decimal, and how far the account has met the feed.

The order manager is asked. SESSION, --at or --state-dir have the files of a
feed session answer instead, also while the stack runs, and of a stopped or
copied one: its accounts are folded anew, as `verify` does.

--at N is the state behind message N of the feed: what became of orders at its
trade has happened, and the orders that it caused are sent. --at TIME is that
behind the last message whose event time is not later.
Positions are worth the last trades until then.

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
