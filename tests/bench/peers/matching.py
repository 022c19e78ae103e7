"""What working orders cost, per tick, in an order manager that follows the feed.

    matching DIRECTORY TICKS ACCOUNTS ORDERS

Every account has ORDERS limit orders, on both sides of a walk whose trades reach none of them, half
of them in the symbol that trades most. The accounts follow the tape of TICKS messages in passes of
TICKS_A_PASS, as if it was written meanwhile. Answers with tick_ns and orders.
"""

import sys
import time
from pathlib import Path

import numpy as np

from tests.bench.program import answer
from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND
from tradestack.domain.execution_report import Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.domain.tick import TickKind
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.account.account import Account
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.trading_state import StateAct
from tradestack.wire.feed import encode_symbol, new_records
from tradestack.wire.journal.account_records import TradingRecord

SESSION = "0000000001"
SYMBOLS = ("SPY", "SPY", "AIG", "MSFT")
TICKS_A_PASS = 10  # 1,000 ticks a second, and a look at the tape every 10 ms
PRICE, SPREAD, AWAY = 100, 10, 20


class NoReports:
    """The sink of accounts in which nothing is to happen."""

    def name(self) -> tuple[str, int]:
        raise AssertionError("there is a report")

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        raise AssertionError("there is a breach")

    def take(self, user: str, report: Report) -> None:
        raise AssertionError("there is a report")


def write_log(path: Path, ticks: int) -> None:
    """Write the log of a session whose prices stay within the spread."""
    records = new_records(ticks)
    rows = np.arange(ticks)
    records["kind"] = TickKind.PRICE
    records["symbol"] = np.array([encode_symbol(symbol) for symbol in SYMBOLS])[rows % len(SYMBOLS)]
    records["value"] = PRICE * SCALE + rows * 37 % (SPREAD * SCALE)
    records["size"] = 100 * SCALE
    records["event_time_ns"] = records["publish_time_ns"] = rows * NANOSECONDS_PER_MILLISECOND
    path.write_bytes(records.tobytes())


def account_with(user: str, tape: FeedTape, orders: int) -> Account:
    """Return an account whose orders work, and have arrived."""
    account = Account(
        user, tape, ExecutionModel(), AccountState(), limits=RiskLimits(), sink=NoReports()
    )
    for number in range(1, orders + 1):
        side = Side.BUY if number % 2 else Side.SELL
        away = AWAY + number % AWAY
        order = Order(
            cl_ord_id=f"{user}-{number}",
            symbol=SYMBOLS[number // 2 % len(SYMBOLS)],
            side=side,
            quantity=100 * SCALE,
            ord_type=OrdType.LIMIT,
            price=(PRICE + (-away if side is Side.BUY else away)) * SCALE,
            time_in_force=TimeInForce.DAY,
        )
        account.accept(order, number, account.place(1))
    account.match(2)
    return account


def main(directory: str, ticks: int, accounts: int, orders: int) -> None:
    path = Path(directory) / f"{SESSION}{FEED_LOG_SUFFIX}"
    write_log(path, ticks)
    tape = FeedTape(path)
    all_accounts = [account_with(f"u{number}", tape, orders) for number in range(accounts)]
    passes = range(TICKS_A_PASS, ticks + 1, TICKS_A_PASS)
    began_ns = time.perf_counter_ns()
    for through in passes:
        for account in all_accounts:
            account.match(through)
    duration_ns = time.perf_counter_ns() - began_ns
    works = sum(len(account.state.orders) for account in all_accounts)
    answer(tick_ns=duration_ns / ticks, orders=works)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
