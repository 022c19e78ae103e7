"""Reports → what a strategy counts of them, and for which feed session."""

from collections import Counter
from collections.abc import Mapping

from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.epoch import Epoch, epoch_prefix

_ACCEPTED = (Counted.ORDERS_ACKNOWLEDGED, Counted.ORDERS_ACCEPTED)
_REJECTED = (Counted.ORDERS_ACKNOWLEDGED, Counted.ORDERS_REJECTED)
_OF_AN_EVENT: Mapping[ExecType, tuple[Counted, ...]] = {
    ExecType.TRADE: (Counted.FILLS,),
    ExecType.CANCELED: (Counted.ORDERS_CANCELED,),
    ExecType.EXPIRED: (Counted.ORDERS_EXPIRED,),
}


def is_answer(report: ExecutionReport | OrderCancelReject) -> bool:
    """Return whether the report answers a request, rather than tell what happened by itself."""
    if isinstance(report, OrderCancelReject):
        return True
    return report.exec_type in (ExecType.NEW, ExecType.REJECTED) or (
        report.orig_cl_ord_id is not None
        and report.exec_type in (ExecType.REPLACED, ExecType.CANCELED)
    )


def counted_of_verdict(report: ExecutionReport | OrderCancelReject) -> tuple[Counted, ...]:
    """Return what is counted of the first report on an order, or of the answer to a change."""
    if isinstance(report, OrderCancelReject):
        return (Counted.CHANGES_REJECTED,)
    if report.orig_cl_ord_id is not None:
        return ()
    return _REJECTED if report.exec_type is ExecType.REJECTED else _ACCEPTED


def counted_of_outcome(report: ExecutionReport) -> tuple[Counted, ...]:
    """Return the counters of the outcomes of an order, whatever caused them."""
    counted = _OF_AN_EVENT.get(report.exec_type, ())
    filled_by = (ExecType.TRADE, ExecType.REPLACED)
    if report.exec_type in filled_by and report.ord_status is OrdStatus.FILLED:
        counted += (Counted.ORDERS_FILLED,)
    return counted


class OutcomeCounts:
    """Counts what becomes of the orders of a strategy's epochs.

    epoch: of the feed session, once registered in it. Before the first one, the reports of earlier
    runs are counted by epoch; that of the strategy is known later.
    """

    def __init__(self, counters: Counters) -> None:
        self.epoch: Epoch | None = None
        self._previous: Epoch | None = None
        self._counters = counters
        self._replayed: dict[str, Counter[Counted]] = {}  # by the prefix of the epoch

    def enter(self, epoch: Epoch) -> None:
        """Count for this epoch, from what was replayed on."""
        self.epoch = epoch
        for counted, count in self._replayed.get(epoch.prefix, {}).items():
            self._counters.add_to_session(counted, count)
        self._replayed.clear()

    def leave(self) -> None:
        """Leave the feed session."""
        self.epoch, self._previous = None, self.epoch

    def take(self, report: ExecutionReport) -> None:
        """Count what happened to an order."""
        name = report.cl_ord_id
        for counted in counted_of_outcome(report):
            if self.is_own(name):
                self._counters.add(counted)
            elif self.was_own(name):
                self._counters.add_to_process(counted)
            elif self.epoch is None:
                self._replayed.setdefault(epoch_prefix(name), Counter())[counted] += 1

    def is_own(self, cl_ord_id: str) -> bool:
        """Return whether a request of that name is of the epoch."""
        return self.epoch is not None and self.epoch.names(cl_ord_id)

    def was_own(self, cl_ord_id: str) -> bool:
        """Return whether it is of the epoch before, in the feed session that was left."""
        return self._previous is not None and self._previous.names(cl_ord_id)
