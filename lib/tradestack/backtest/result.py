"""The result of a backtest: counts, accounts, and from its files fills and equity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from tradestack.backtest.frames import Frame, frame_of
from tradestack.report.columns.table import NO_CODE
from tradestack.report.recorded import RecordedSession, open_session
from tradestack.trading.account.account import Account
from tradestack.trading.replies.accounts import account_reply, position_replies
from tradestack.trading.replies.run_accounts import RunAccount, run_accounts

# What tables and charts show of what is recorded.
FILLS = ("event_time", "feed_seq", "order_id", "symbol", "side", "quantity", "price", "fee")
EQUITY = ("event_time", "feed_seq", "equity", "cash", "market_value")


@dataclass(frozen=True, kw_only=True)
class Result:
    """A backtest that has come to its end, or was interrupted and has results up to there.

    state_dir: what `verify`, `why`, `pnl` and others of tradestackctl take as --state-dir.
    rows_refused: of the data, which were left out as invalid. warnings: why there is no order, or
    which symbols did not occur.
    """

    state_dir: Path
    feed_session: str
    is_interrupted: bool
    ticks: int
    rows_refused: int
    orders: int
    orders_rejected: int
    fill_count: int
    run_accounts: Mapping[str, RunAccount]
    elapsed_s: float
    warnings: Sequence[str] = ()

    @property
    def ticks_per_second(self) -> float:
        """The average rate, from the opening of the source to the end of both sessions."""
        return self.ticks / self.elapsed_s if self.elapsed_s else 0.0

    @property
    def accounts(self) -> Mapping[str, Mapping[str, object]]:
        """The accounts by user, numbers as decimal texts: as `tradestackctl up --json` has them."""
        return {user: account.as_dict() for user, account in self.run_accounts.items()}

    @cached_property
    def fills(self) -> Frame:
        """The fills in the order made: a Polars DataFrame, or a structured array of NumPy."""
        return frame_of(self._recorded.fills(), FILLS)

    @cached_property
    def equity(self) -> Frame:
        """Equity, cash and the value of the positions over time, in the same form.

        There is a row for each fill and each of some thousand evenly spaced messages.
        """
        equity = self._recorded.equity()
        return frame_of(equity.rows(equity["user"] == NO_CODE), EQUITY)  # of all users

    def as_dict(self) -> dict[str, object]:
        """Return what `tradestackctl backtest --json` prints."""
        return {
            "state_dir": str(self.state_dir),
            "feed_session": self.feed_session,
            "interrupted": self.is_interrupted,
            "ticks": self.ticks,
            "rows_refused": self.rows_refused,
            "ticks_per_second": round(self.ticks_per_second, 1),
            "elapsed_s": round(self.elapsed_s, 3),
            "orders": self.orders,
            "orders_rejected": self.orders_rejected,
            "fills": self.fill_count,
            "accounts": self.accounts,
            "warnings": list(self.warnings),
        }

    @cached_property
    def _recorded(self) -> RecordedSession:
        return open_session(self.state_dir, self.feed_session)


def final_accounts(account: Account | None) -> Mapping[str, RunAccount]:
    """Return the accounts of a run with one user; there is none if nothing executed orders."""
    if account is None:
        return {}
    key, state = account.key, account.state
    listed: Mapping[str, Any] = msgspec.to_builtins(
        {"accounts": [account_reply(key, state)], "positions": position_replies(key, state)}
    )
    return run_accounts(listed, account.tape.session_id)
