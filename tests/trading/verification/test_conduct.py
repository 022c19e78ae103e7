"""What a user asked for and was told: what two runs have in common, and where they differ."""

from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import NOW_NS, a_header, an_order
from tests.trading.executions import execution, refusal
from tradestack.domain.execution_report import OrderMassCancelReport, Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, MassCancelRequestType, Order
from tradestack.domain.requests import OrderCancelRequest
from tradestack.trading.verification.conduct import Conduct, Step, first_divergence
from tradestack.wire.account_records import ExecutionRecord, RequestRecord
from tradestack.wire.order_journal import OrderRecord, Record

USER = "news"


class Run:
    """The records of a run, in which everything is different that may be."""

    def __init__(self, number: int) -> None:
        self.feed_session = f"3DAA20000{number}"
        self.conduct = Conduct(USER, self.feed_session)
        self._number = number
        self._time_ns = NOW_NS + number

    def take(self, *records: Record) -> Conduct:
        """Take records, and return what the user did."""
        for record in records:
            self.conduct.take(record)
        return self.conduct

    def order(self, sequence: int = 17, user: str = USER, **changes: Any) -> OrderRecord:
        """An order for a message, with its verdict."""
        order = an_order(
            cl_ord_id=self.name(sequence),
            feed_session=self.feed_session,
            feed_seq=sequence,
            transact_time_ns=self._time_ns,
            **{
                "signal_time_ns": self._time_ns,
                "reference_price": self._number * SCALE,
                "reference_price_age_ns": self._number,
                **changes,
            },
        )
        return OrderRecord(
            time_ns=self._time_ns,
            user=user,
            feed_session=self.feed_session,
            cause=sequence,
            arrival_ns=0,
            order=order,
            report=self.report(ExecType.NEW, order, leaves=10),
        )

    def fill(self, sequence: int = 17, **changes: Any) -> ExecutionRecord:
        """A fill of the order for that message."""
        order = an_order(cl_ord_id=self.name(sequence))
        return self.execution(
            self.report(ExecType.TRADE, order, **{"last_quantity": 10, **changes})
        )

    def execution(self, report: Report) -> ExecutionRecord:
        """A report in its record."""
        return ExecutionRecord(time_ns=self._time_ns, user=USER, report=report)

    def cancel(self, sequence: int, orig_sequence: int) -> RequestRecord:
        """A cancel of the order for a message."""
        request = OrderCancelRequest(
            cl_ord_id=self.name(sequence),
            orig_cl_ord_id=self.name(orig_sequence),
            transact_time_ns=self._time_ns,
            feed_session=self.feed_session,
            feed_seq=sequence,
        )
        return RequestRecord(time_ns=self._time_ns, user=USER, cause=sequence, request=request)

    def report(self, exec_type: ExecType, order: Order, leaves: int = 0, **changes: Any) -> Any:
        """A report that message 20 has made."""
        fields = {
            "order_id": self._number,
            "exec_id": f"3DAA10000{self._number}-1",
            "transact_time_ns": self._time_ns,
            "feed_session": self.feed_session,
            "feed_seq": 20,
            "visible_time_ns": 5,
        }
        return execution(order.cl_ord_id, exec_type, leaves, **{**fields, **changes})

    def name(self, sequence: int) -> str:
        """The ClOrdID of the request for a message."""
        return f"news-c0ffee-{self.feed_session}-{sequence}-0"


def compared(one: list[Step], other: list[Step]) -> tuple[int, bool, bool] | None:
    """The number of the first place that differs, and which of the two has something there."""
    found = first_divergence(one, other)
    return None if found is None else (found.number, found.one is not None, found.other is not None)


def test_what_is_another_in_every_run_is_left_out() -> None:
    """Session ids, numbers, times of the wall clock and live prices are no difference."""
    one, other = (
        run.take(
            a_header(),
            run.order(17),
            run.order(18, user="other"),
            run.fill(17),
            run.cancel(19, 17),
            run.execution(refusal(run.name(19), run.name(17))),
        )
        for run in (Run(1), Run(2))
    )

    assert (len(one.requests), len(one.reports), one.fills) == (2, 3, 1)
    assert [step.feed_seq for step in one.requests] == [17, 19]
    assert [step.feed_seq for step in one.reports[:2]] == [20, 20]
    assert compared(one.requests, other.requests) is None
    assert compared(one.reports, other.reports) is None


@pytest.mark.parametrize(
    "changes", [{"quantity": 11 * SCALE}, {"symbol": "SPX"}, {"signal_value": 1}, {"price": SCALE}]
)
def test_an_order_that_is_another_is_found(changes: dict[str, Any]) -> None:
    """Whatever the strategy has decided, down to the value that it has decided on."""
    one, other = Run(1), Run(2)
    one.take(one.order(17), one.order(18))
    other.take(other.order(17), other.order(18, **changes))

    assert compared(one.conduct.requests, other.conduct.requests) == (2, True, True)


def test_an_order_for_another_message_is_found() -> None:
    """The message that caused it is a part of it."""
    one, other = Run(1), Run(2)
    one.take(one.order(17))
    other.take(other.order(18))

    assert compared(one.conduct.requests, other.conduct.requests) == (1, True, True)


def test_a_request_that_one_run_lacks_is_found() -> None:
    """At the place behind the end of the shorter one."""
    one, other = Run(1), Run(2)
    one.take(one.order(17), one.cancel(18, 17))
    other.take(other.order(17))

    assert compared(one.conduct.requests, other.conduct.requests) == (2, True, False)
    assert compared(other.conduct.requests, one.conduct.requests) == (2, False, True)


@pytest.mark.parametrize(
    "changes", [{"last_quantity": 9}, {"feed_seq": 21}, {"visible_time_ns": 6}]
)
def test_a_report_that_is_another_is_found(changes: dict[str, Any]) -> None:
    """What happened, where in the feed, and when it was to be seen."""
    one, other = Run(1), Run(2)
    one.take(one.order(), one.fill())
    other.take(other.order(), other.fill(**changes))

    assert compared(one.conduct.requests, other.conduct.requests) is None
    assert compared(one.conduct.reports, other.conduct.reports) == (2, True, True)


def test_the_report_on_a_mass_cancel_is_no_part_of_it() -> None:
    """Each order that it cancels has a report of its own."""
    run = Run(1)
    report = OrderMassCancelReport(
        cl_ord_id="x",
        request_type=MassCancelRequestType.ALL,
        affected_count=1,
        transact_time_ns=NOW_NS,
    )

    assert run.take(run.execution(report)).reports == []
