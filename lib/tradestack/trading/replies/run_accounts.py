"""The accounts of a run: what the users have earned in it, and what they hold at its end.

An account is that of a feed session; of several sessions of a run, the newest counts. Numbers are
the decimal texts of the order manager.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Holding:
    """A position that is not flat."""

    quantity: str
    average_price: str

    def as_dict(self) -> dict[str, str]:
        """Return what `--json` of `up` and `backtest` prints."""
        return {"quantity": self.quantity, "average_price": self.average_price}


@dataclass(frozen=True, slots=True)
class RunAccount:
    """A user's account at the end of a run; positions: what is held, by symbol.

    opened_equity, session_pnl: of an account that goes on from an earlier feed session what it
    began with, and what it has earned since; None if it began flat.
    """

    realized_pnl: str
    unrealized_pnl: str
    fees: str
    fills: int
    equity: str
    positions: Mapping[str, Holding]
    opened_equity: str | None = None
    session_pnl: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return what `--json` of `up` and `backtest` prints."""
        return {
            "realized_pnl": self.realized_pnl,
            "unrealized_pnl": self.unrealized_pnl,
            "fees": self.fees,
            "fills": self.fills,
            "equity": self.equity,
            "positions": {symbol: held.as_dict() for symbol, held in self.positions.items()},
            "opened_equity": self.opened_equity,
            "session_pnl": self.session_pnl,
        }


def run_accounts(listed: Mapping[str, Any], feed_session: str) -> dict[str, RunAccount]:
    """Return the accounts that ListPositions has listed, from this feed session on, by user."""
    return {
        account["user"]: RunAccount(
            realized_pnl=account["realized_pnl"],
            unrealized_pnl=account["unrealized_pnl"],
            fees=account["fees"],
            fills=account["fills"],
            equity=account["equity"],
            positions={
                position["symbol"]: Holding(position["quantity"], position["average_price"])
                for position in listed["positions"]
                if position["user"] == account["user"] and position["average_price"] is not None
            },
            opened_equity=account["opened_equity"] if account["opened_from"] else None,
            session_pnl=account["session_pnl"] if account["opened_from"] else None,
        )
        for account in listed["accounts"]
        if account["feed_session"] >= feed_session  # session ids ascend
    }
