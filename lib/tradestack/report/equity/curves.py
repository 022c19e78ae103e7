"""Accounts along the tape → the tables `equity` and `positions`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.report.columns.builder import Cell, TableBuilder, TextCodes
from tradestack.report.columns.declared import EQUITY, POSITIONS
from tradestack.report.columns.table import NO_CODE, Column, Integers, Table
from tradestack.report.equity.account_walk import AccountWalk
from tradestack.report.equity.exact import Exact, exact
from tradestack.report.equity.fill_course import FillCourse, follow_fills, tape_fills
from tradestack.report.equity.opening_state import BEGINNING, OpeningState
from tradestack.report.equity.sampled import Sampled, Total
from tradestack.report.equity.tape_blocks import TapeBlock
from tradestack.report.files.feed_file import MappedTape


@dataclass(frozen=True, slots=True, eq=False)
class TapeAccount:
    """An account: with what it begins, and its fills. codes: of the symbols."""

    user: str
    opening: OpeningState
    course: FillCourse
    codes: Mapping[str, int]

    def walk(self) -> AccountWalk:
        """Return it at its beginning."""
        opening = self.opening
        return AccountWalk(opening.portfolio, self.course, self.codes, opening.through)


def accounts_on_tape(
    fills: Table, openings: Mapping[str, OpeningState], symbols: TextCodes, head: int
) -> list[TapeAccount]:
    """Return the accounts that were opened or have fills, by user; of fills those of the tape.

    symbols: of tape and fills; what an account has taken over may be of others, which are added.
    """
    for opening in openings.values():
        for symbol in opening.portfolio.positions:
            symbols[symbol]  # it has a code from now on
    codes = {symbol: code for code, symbol in enumerate(symbols.texts)}
    accounts = []
    for user in sorted({*openings, *filter(None, set(fills.decoded("user")))}):
        opening = openings.get(user, BEGINNING)
        is_own = (fills["user"] == fills.code("user", user)) & (fills["feed_seq"] <= head)
        is_own[: opening.fills] = False  # the portfolio has them
        course = follow_fills(tape_fills(fills.rows(is_own)), codes, opening.portfolio)
        accounts.append(TapeAccount(user, opening, course, codes))
    return accounts


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What `walk_tape` finds. marks: of each account the newest prices, by symbol."""

    accounts: Sequence[Sampled]
    total: Sampled
    marks: Sequence[Mapping[int, int]]


def walk_tape(
    blocks: Iterable[TapeBlock],
    accounts: Sequence[TapeAccount],
    rows: Sequence[Integers],
    total_rows: Integers,
) -> Curves:
    """Follow accounts along the tape; keep the equity of each and of all after these messages."""
    walks = [account.walk() for account in accounts]
    sampled = [Sampled(each) for each in rows]
    total, all_accounts = Sampled(total_rows), Total()
    for block in blocks:
        found = [walk.take(block) for walk in walks]
        for kept, equity in zip(sampled, found, strict=True):
            kept.take(block.first, equity)
        if found:
            total.take(block.first, all_accounts.take(found))
    return Curves(sampled, total, [walk.marks for walk in walks])


def equity_table(
    tape: MappedTape, accounts: Sequence[TapeAccount], curves: Curves, users: TextCodes
) -> Table:
    """Return the curve of each account, and that of all at the end."""
    parts = [
        _columns(users[account.user], tape, sampled, [account])
        for account, sampled in zip(accounts, curves.accounts, strict=True)
    ]
    if parts:
        parts.append(_columns(NO_CODE, tape, curves.total, accounts))
    columns: dict[str, Column] = {
        name: np.concatenate([np.zeros(0, np.int64), *(part[name] for part in parts)])
        for name in EQUITY
    }
    return Table(EQUITY, columns, {"user": users.texts})


def _columns(
    code: int, tape: MappedTape, sampled: Sampled, accounts: Sequence[TapeAccount]
) -> Mapping[str, Column]:
    """Return the columns of what these accounts have together."""
    rows = sampled.rows
    equity, gross, peak = sampled.equity, sampled.gross, sampled.peak
    nothing = exact([0] * 1).rows(np.zeros(len(rows), np.int64))
    cash, realized, fees, start = nothing, nothing, nothing.whole, 0
    for account in accounts:
        course = account.course
        behind = np.searchsorted(course.sequences, rows, "right")
        cash = cash.plus(course.cash.rows(behind))
        realized = realized.plus(course.realized.rows(behind))
        fees = fees + course.charged[behind]
        start += account.opening.portfolio.starting_cash
    whole, rest = divmod(start, SCALE)
    earned = Exact(equity.whole - whole + fees, equity.rest - rest)
    return {
        "user": np.full(len(rows), code),
        "feed_seq": rows,
        "event_time": tape.column("event_time_ns", rows),
        "equity": equity.rounded(),
        "cash": cash.rounded(),
        "market_value": equity.minus(cash).rounded(),
        "gross_exposure": gross.rounded(),
        "peak_equity": peak.rounded(),
        "drawdown": peak.minus(equity).rounded(),
        "drawdown_max": sampled.drawdown_max,
        "realized_pnl": realized.rounded(),
        "unrealized_pnl": earned.minus(realized).rounded(),
        "fees": fees,
    }


def position_table(
    accounts: Sequence[TapeAccount], curves: Curves, users: TextCodes, symbols: TextCodes
) -> Table:
    """Return the positions at the end of the tape."""
    table = TableBuilder(POSITIONS, {"user": users, "symbol": symbols})
    for account, marks in zip(accounts, curves.marks, strict=True):
        names = {code: symbol for symbol, code in account.codes.items()}
        for code, held in sorted(account.course.positions.items()):
            mark = marks[code]
            cells: dict[str, Cell] = {
                "user": account.user,
                "symbol": names[code],
                "quantity": held.quantity,
                "average_price": held.average_price,
                "mark": mark,
                "realized_pnl": divide_half_even(held.realized, SCALE),
                "unrealized_pnl": divide_half_even(held.unrealized(mark), SCALE),
                "fees": held.fees,
                "opened_quantity": account.opening.taken.get(names[code], 0),
            }
            table.add(list(cells.values()))
    return table.table()
