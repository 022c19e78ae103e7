"""The accounts at the end of the session, and their course: equity, drawdown, exposure."""

from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import (
    Align,
    Cell,
    Column,
    Section,
    Table,
)
from tradestack.report.rendering.contents.curves import equity_charts
from tradestack.report.rendering.contents.shown import cut, profit
from tradestack.report.report import Report
from tradestack.report.values.accounts import AccountFigures, PositionFigures

ACCOUNTS_MAX = 50
POSITIONS_MAX = 100
MONEY = "in the currency of the prices"


def accounts_section(report: Report) -> Section:
    """The section of positions, equity, drawdown and exposure."""
    accounts = report.accounts.accounts
    missing = [f"{cut(each.user)}: {cut(each.reason)}" for each in report.accounts.unavailable]
    return Section(
        name="accounts",
        title="Accounts",
        says="Equity is starting cash, realized and unrealized profit, less fees; positions are "
        "worth the last trade of their symbol. Times are feed time."
        if accounts
        else "Nothing executed the orders, so there are no accounts.",
        blocks=[*equity_charts(report), _accounts(accounts), _positions(accounts)]
        if accounts
        else [],
        alarm=f"Not to be told from the files: {'; '.join(missing[:ACCOUNTS_MAX])}"
        if missing
        else "",
    )


def _accounts(accounts: Sequence[AccountFigures]) -> Table:
    return Table(
        caption="Accounts at the end",
        unit=MONEY,
        columns=(
            Column("User", Align.WORDS),
            Column("Earned", unit="after fees"),
            *(Column(name) for name in ("Realized", "Unrealized", "Fees", "Cash", "Equity")),
            Column("Drawdown", unit="largest"),
            *(Column(name) for name in ("Gross", "Net", "Fills", "Working")),
        ),
        rows=[_account(account) for account in accounts[:ACCOUNTS_MAX]],
        note=_carried(accounts),
    )


def _account(account: AccountFigures) -> Sequence[Cell]:
    return (
        cut(account.user),
        profit(account.session_pnl),
        quantities.money(account.realized_pnl),
        quantities.money(account.unrealized_pnl),
        quantities.money(account.fees),
        quantities.money(account.cash),
        quantities.money(account.equity),
        quantities.money(account.drawdown_max),
        quantities.money(account.gross_notional),
        quantities.money(account.net_notional),
        quantities.count(account.fills),
        quantities.count(account.orders_working),
    )


def _carried(accounts: Sequence[AccountFigures]) -> str:
    carried = [account for account in accounts if account.opened_from is not None]
    return "; ".join(
        f"{cut(account.user)} goes on from feed session {account.opened_from} "
        f"with an equity of {quantities.money(account.opened_equity)}"
        for account in carried[:ACCOUNTS_MAX]
    )


def _positions(accounts: Sequence[AccountFigures]) -> Table:
    held = [(account.user, position) for account in accounts for position in account.positions]
    rows = held[:POSITIONS_MAX]
    return Table(
        caption="Positions at the end",
        unit=f"{MONEY}; {len(rows):,} of {len(held):,}" if len(rows) < len(held) else MONEY,
        columns=(
            Column("User", Align.WORDS),
            Column("Symbol", Align.WORDS),
            *(Column(name) for name in ("Quantity", "Average price", "Last trade")),
            *(Column(name) for name in ("Realized", "Unrealized", "Fees")),
        ),
        rows=[_position(user, position) for user, position in rows],
        note="Profits of a position are before fees.",
    )


def _position(user: str, position: PositionFigures) -> Sequence[Cell]:
    return (
        cut(user),
        cut(position.symbol),
        quantities.quantity(position.quantity),
        quantities.price(position.average_price),
        quantities.price(position.mark),
        profit(position.realized_pnl),
        profit(position.unrealized_pnl),
        quantities.money(position.fees),
    )
