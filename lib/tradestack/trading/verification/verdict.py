"""Verdicts on orders and replaces, judged again by the limits that held for the account.

Only limits that span accounts are not asked again: what other users did at the same time is not in
the journal. Where there are any, a refusal is taken as it is.
"""

from tradestack.domain.order import ExecType
from tradestack.domain.requests import OrderCancelReplaceRequest
from tradestack.trading.account.account import Account
from tradestack.trading.orders.place import Place
from tradestack.trading.risk.judge_risk import Part, spans_accounts
from tradestack.trading.verification.difference import Difference, Differs
from tradestack.wire.journal.account_records import RequestRecord
from tradestack.wire.journal.order_journal import OrderRecord

ACCEPTED = "accepted"


def require_order_verdict(line: int, record: OrderRecord, account: Account, place: Place) -> None:
    """Raise Differs if the account's own limits lead to another verdict on an order."""
    report, order = record.report, record.order
    found = report.text or "" if report.exec_type is ExecType.REJECTED else ACCEPTED
    if account.state.is_ended:
        expected = "the feed session has ended"
    else:
        breach = account.risk.judge(order, place, record.time_ns, _nobody, part=Part.ONE_ACCOUNT)
        expected = ACCEPTED if breach is None else breach.text
    what = f"order of {record.user}"
    _require(line, what, report.order_id, expected, found, account, order.symbol)


def require_replace_verdict(
    line: int, record: RequestRecord, account: Account, place: Place
) -> None:
    """Raise Differs if the account's own limits lead to another verdict on a replace."""
    request = record.request
    if not isinstance(request, OrderCancelReplaceRequest):
        return
    order = account.state.named(request.orig_cl_ord_id)
    if order is None:
        return
    breach = account.risk.judge_replace(
        request, place, record.time_ns, _nobody, part=Part.ONE_ACCOUNT
    )
    expected = ACCEPTED if breach is None else breach.text
    found = ACCEPTED if record.refusal is None else record.refusal
    what = f"replace of {record.user}"
    _require(line, what, order.order_id, expected, found, account, order.symbol)


def _require(
    line: int,
    what: str,
    order_id: int | None,
    expected: str,
    found: str,
    account: Account,
    symbol: str,
) -> None:
    if expected == found:
        return
    if found != ACCEPTED and spans_accounts(account.risk.limits, account.user, symbol):
        return
    raise Differs(Difference(line, what, order_id, "verdict", expected, found))


def _nobody() -> tuple[Account, ...]:
    """Return no account: the limits that are asked need no other one."""
    return ()
