"""The fills of one account, one after the other: cash, profit, fees and positions after each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side
from tradestack.domain.position import Position
from tradestack.report.columns.table import Integers, Table
from tradestack.report.equity.exact import Exact, exact
from tradestack.trading.account.holdings.portfolio import FLAT, Portfolio


class TapeFill(NamedTuple):
    """One fill. sequence: of the message that made it, from 1; all else ×10⁻⁸.

    quantity: below 0 of what was sold.
    """

    sequence: int
    symbol: str
    quantity: int
    price: int
    fee: int


def tape_fills(fills: Table) -> list[TapeFill]:
    """Return rows of FILLS as fills of one account."""
    is_bought = fills["side"] == fills.code("side", Side.BUY)
    signed = np.where(is_bought, fills["quantity"], -fills["quantity"])
    columns = fills["feed_seq"], signed, fills["price"], fills["fee"]
    sequences, quantities, prices, fees = (column.tolist() for column in columns)
    symbols = [symbol or "" for symbol in fills.decoded("symbol")]
    return list(map(TapeFill, sequences, symbols, quantities, prices, fees))


@dataclass(frozen=True, slots=True, eq=False)
class FillCourse:
    """What an account has after each fill; row 0 is before the first one.

    sequences: of the fills. symbols: codes; signed: quantities;
    prices, fees: of each fill. cash, realized, charged:
    after it, from row 0 on. positions: at the end, by the code of the symbol.
    """

    sequences: Integers
    symbols: Integers
    signed: Integers
    prices: Integers
    fees: Integers
    cash: Exact
    realized: Exact
    charged: Integers
    positions: dict[int, Position]


def follow_fills(
    fills: Iterable[TapeFill], codes: Mapping[str, int], portfolio: Portfolio
) -> FillCourse:
    """Let a portfolio take fills, in their order; codes: of the symbols."""
    positions = {codes[symbol]: held for symbol, held in portfolio.positions.items()}
    cash, realized, charged = portfolio.cash, portfolio.realized, portfolio.fees
    steps = [(cash, realized, charged)]
    rows = []
    for sequence, symbol, signed, price, fee in fills:
        code = codes[symbol]
        before = positions.get(code, FLAT)
        side = Side.BUY if signed > 0 else Side.SELL
        after = positions[code] = before.with_fill(side, abs(signed), price, fee)
        cash -= signed * price + fee * SCALE
        realized += after.realized - before.realized
        charged += fee
        steps.append((cash, realized, charged))
        rows.append((sequence, code, signed, price, fee))
    cash_steps, realized_steps, fee_steps = zip(*steps, strict=True)
    sequences, symbols, signed_all, prices, fees = np.array(rows, np.int64).reshape(-1, 5).T
    return FillCourse(
        sequences=sequences,
        symbols=symbols,
        signed=signed_all,
        prices=prices,
        fees=fees,
        cash=exact(cash_steps),
        realized=exact(realized_steps),
        charged=np.array(fee_steps, np.int64),
        positions=positions,
    )
