"""orders sent, reports received → which orders still wait for their report.

    decided ──► outstanding ── report ──► settled
    report of an earlier life ──► early ── same order decided again ──► settled, not sent

An order is outstanding from the moment it was decided until its report comes, however often the
connection is lost between: a lost connection is never a reject. Reports of an earlier life of this
strategy come before the replay of the feed has made their orders again; they wait as early ones.
All of it belongs to one order session; when that is gone, what had no report stays unknown.
"""

from dataclasses import dataclass, field

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order
from tradestack.trading.epoch import Epoch


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An order on its way, and when it was first handed to the connection (monotonic ns)."""

    order: Order
    sent_ns: int


@dataclass(slots=True)
class PendingOrders:
    """The orders and early reports of one order session.

    Outstanding orders are limited by the runner, which stops reading the feed; early reports by
    the order session they come from, and only those of one epoch outlive the replay of reports.
    """

    outstanding: dict[str, Outstanding] = field(default_factory=dict)
    early: dict[str, ExecType] = field(default_factory=dict)

    def add(self, order: Order, sent_ns: int) -> None:
        """The order was decided; it waits for its report from now on."""
        assert order.cl_ord_id not in self.outstanding, order.cl_ord_id
        self.outstanding[order.cl_ord_id] = Outstanding(order, sent_ns)

    def settle(self, report: ExecutionReport) -> Outstanding | None:
        """The outstanding order that the report answers, which is done with; None = no such."""
        return self.outstanding.pop(report.cl_ord_id, None)

    def keep_early(self, report: ExecutionReport) -> None:
        """A replayed report: its order may be decided again."""
        self.early[report.cl_ord_id] = report.exec_type

    def claim_early(self, client_order_id: str) -> ExecType | None:
        """What was reported on the order in an earlier life; None = it must be sent."""
        return self.early.pop(client_order_id, None)

    def drop_early_of_others(self, epoch: Epoch) -> None:
        """Only orders of this epoch can be decided again."""
        self.early = {name: told for name, told in self.early.items() if epoch.names(name)}

    def abandon(self) -> list[Order]:
        """The order session is gone: the orders whose outcome stays unknown."""
        unknown = [outstanding.order for outstanding in self.outstanding.values()]
        self.outstanding.clear()
        self.early.clear()
        return unknown
