"""The newest report on an order, those of the batch included."""

from tradestack.domain.execution_report import ExecutionReport
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.session.identity import identity_of


def latest_report(judgement: Judgement, user: str, cl_ord_id: str) -> ExecutionReport | None:
    """Return the newest report on the order that has or had this name; None if none has.

    Raises OSError if it cannot be read.
    """
    order_id = judgement.state.order_ids.get(identity_of(user, cl_ord_id))
    if order_id is None:
        order_id = judgement.reports.order_id(user, cl_ord_id)
    if order_id is None:
        return None
    newest = judgement.reports.newest_on(order_id)
    return judgement.known.latest_report_on(user, order_id) if newest is None else newest
