"""The profit of an account in a run, in one or two lines for people."""

from decimal import Decimal

from tradestack.ctl.readable import money_text
from tradestack.trading.replies.run_accounts import RunAccount

LINE_LENGTH_MAX = 77  # of 80 columns, less indent and the last one


def account_lines(user: str, account: RunAccount) -> list[str]:
    """Return fills and profit in one line, or in two if one is too long.

    Where the account goes on from an earlier feed session another one says how much is of that.
    """
    lines = _total(user, account)
    if account.opened_equity is not None and account.session_pnl is not None:
        session, opened = Decimal(account.session_pnl), Decimal(account.opened_equity)
        lines.append(f"  {_money(session)} in this feed session, {_money(opened)} before it")
    return lines


def _total(user: str, account: RunAccount) -> list[str]:
    total = f"{user}: {account.fills:,} fill{'' if account.fills == 1 else 's'}"
    if not account.fills and account.opened_equity is None:
        return [total]
    amounts = account.realized_pnl, account.unrealized_pnl, account.fees
    realized, unrealized, fees = map(Decimal, amounts)
    total += f", P&L {_money(realized + unrealized - fees)}"
    parts = f"{_money(realized)} realized, {_money(unrealized)} unrealized, {_money(fees)} fees"
    line = f"{total} ({parts})"
    return [line] if len(line) <= LINE_LENGTH_MAX else [total, f"  {parts}"]


def _money(amount: Decimal) -> str:
    return money_text(str(amount))
