"""What a user asked for and was told: what two runs have in common, and where they differ."""

from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import NOW_NS, a_header
from tests.trading.executions import refusal
from tests.trading.verification.runs import Run
from tradestack.domain.execution_report import OrderMassCancelReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import MassCancelRequestType
from tradestack.trading.verification.conduct import Step, first_divergence


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
    """At the place after the end of the shorter one."""
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
