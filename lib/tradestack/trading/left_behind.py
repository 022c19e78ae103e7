"""An account whose feed log is gone or too short → what it ends with, by its reports.

What clients were told stays true: quantity, cost, realized profit, fees and cash follow from the
fills alone. A position is worth the price of its newest fill or checkpoint.
"""

import msgspec

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import ExecType
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.history import AccountHistory
from tradestack.trading.known_orders import ReadRecord
from tradestack.wire.account_records import ExecutionRecord


def left_behind(history: AccountHistory, read_record: ReadRecord) -> AccountState:
    """Return the final state of an account that cannot be folded to its end; raise OSError."""
    state = decode_checkpoint(history.checkpoint)
    for place in history.records.slice(0, len(history.records)):
        record = read_record(*place)
        if isinstance(record, ExecutionRecord):
            _apply(state, record.report)
    return msgspec.structs.replace(
        state,
        matched_through=history.matched_through,
        orders={},
        under_way=[],
        done={},
        is_registered=False,
        is_ended=True,
        is_left_behind=True,
    )


def _apply(state: AccountState, report: Report) -> None:
    match report:
        case ExecutionReport(
            exec_type=ExecType.TRADE,
            symbol=str(symbol),
            side=side,
            last_quantity=int(quantity),
            last_price=int(price),
        ) if side is not None:
            fee = report.commission or 0
            state.portfolio.apply_fill(symbol, side, quantity, price, fee=fee, mark=price)
            state.fills += 1
