"""Cancels that no client has asked for: of an operator, or of a user who is gone."""

from tradestack.domain.order import ExecRestatementReason
from tradestack.trading.account.account import Account
from tradestack.trading.account.risk_state import OwedCancels
from tradestack.trading.judging.judgement import Judgement


def cancel_orders(
    judgement: Judgement,
    account: Account,
    symbol: str | None,
    reason: ExecRestatementReason,
    text: str,
) -> int:
    """Cancel the account's working orders, of a symbol or all; return their number."""
    orders = account.state.orders.values()
    count = sum(symbol in (None, order.symbol) for order in orders)
    if count:
        owed = OwedCancels(cancels_all=True, text=text, reason=reason, symbol=symbol)
        account.risk.owe(owed)
        judgement.checkpoint(account)
        account.risk.settle()
    return count
