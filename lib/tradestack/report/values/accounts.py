"""The accounts of a session at its end, as `tradestackctl pnl` and `positions` have them."""

import msgspec

from tradestack.report.values.units import Fixed


class PositionFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds of a symbol, below 0 for a short position.

    average_price: None if the position is closed. mark: the last trade. Profits are before fees.
    opened_quantity: what was held when the account began.
    """

    symbol: str
    quantity: Fixed
    average_price: Fixed | None
    mark: Fixed
    realized_pnl: Fixed
    unrealized_pnl: Fixed
    fees: Fixed
    opened_quantity: Fixed


class AccountFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a user.

    equity = starting cash + realized_pnl + unrealized_pnl − fees. peak_equity, drawdown,
    drawdown_max: at every trade of what is held. opened_from: the feed session whose account it
    goes on from, None: it began flat. session_pnl: what was earned in this session, after fees.
    matched_through: the message after which it is valued: the last one. While the session goes
    on its orders may have met fewer, and then `pnl` values it after the last that they have met.
    """

    user: str
    matched_through: int
    is_ended: bool
    fills: int
    orders_working: int
    cash: Fixed
    equity: Fixed
    realized_pnl: Fixed
    unrealized_pnl: Fixed
    fees: Fixed
    gross_notional: Fixed
    net_notional: Fixed
    peak_equity: Fixed
    drawdown: Fixed
    drawdown_max: Fixed
    opened_from: str | None
    opened_equity: Fixed
    session_pnl: Fixed
    positions: tuple[PositionFigures, ...]


class Unavailable(msgspec.Struct, frozen=True):
    """The user of an account that the files do not have, and why."""

    user: str
    reason: str


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts by user; none where nothing executes orders."""

    accounts: tuple[AccountFigures, ...]
    unavailable: tuple[Unavailable, ...]
