"""What a strategy counts of the reports on its orders."""

import pytest

from tests.trading.desk.test_epoch import epoch_of
from tests.trading.executions import execution, refusal
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.trading.desk.counters import Counted, Counters
from tradestack.trading.desk.outcomes import (
    OutcomeCounts,
    counted_of_outcome,
    counted_of_verdict,
    is_answer,
)

EPOCH, NEXT = epoch_of(), epoch_of(feed_session="0ABCDEFGHJ")
OWN = f"{EPOCH.prefix}3-0"
FILLS, FILLED = Counted.FILLS, Counted.ORDERS_FILLED


@pytest.mark.parametrize(
    ("report", "answers", "verdict", "outcome"),
    [
        (
            execution("a", ExecType.NEW, 10),
            True,
            (Counted.ORDERS_ACKNOWLEDGED, Counted.ORDERS_ACCEPTED),
            (),
        ),
        (
            execution("a", ExecType.REJECTED, None),
            True,
            (Counted.ORDERS_ACKNOWLEDGED, Counted.ORDERS_REJECTED),
            (),
        ),
        (execution("a", ExecType.TRADE, 4), False, None, (FILLS,)),
        (execution("a", ExecType.TRADE), False, None, (FILLS, FILLED)),
        (execution("a", ExecType.EXPIRED), False, None, (Counted.ORDERS_EXPIRED,)),
        (execution("a", ExecType.CANCELED), False, None, (Counted.ORDERS_CANCELED,)),
        (execution("a", ExecType.RESTATED, 10), False, None, ()),
        (
            execution("c", ExecType.CANCELED, orig_cl_ord_id="a"),
            True,
            (),
            (Counted.ORDERS_CANCELED,),
        ),
        (execution("b", ExecType.REPLACED, 10, orig_cl_ord_id="a"), True, (), ()),
        (
            execution("b", ExecType.REPLACED, orig_cl_ord_id="a", ord_status=OrdStatus.FILLED),
            True,
            (),
            (FILLED,),
        ),
    ],
)
def test_each_report_counts_as_verdict_and_as_outcome(
    report: ExecutionReport,
    answers: bool,
    verdict: tuple[Counted, ...] | None,
    outcome: tuple[Counted, ...],
) -> None:
    """A cancel is answered by the report that also says what became of the order."""
    assert is_answer(report) is answers
    assert verdict is None or counted_of_verdict(report) == verdict
    assert counted_of_outcome(report) == outcome


def test_a_refused_change_is_counted() -> None:
    """The order is as it was."""
    assert is_answer(refusal("c", "a"))
    assert counted_of_verdict(refusal("c", "a")) == (Counted.CHANGES_REJECTED,)


@pytest.fixture
def counters() -> Counters:
    """The counters of a strategy."""
    return Counters()


def test_what_was_replayed_counts_for_the_epoch_that_is_entered(counters: Counters) -> None:
    """An earlier process received it; of other epochs nothing is counted."""
    counts = OutcomeCounts(counters)

    counts.take(execution(OWN, ExecType.TRADE, 4))
    counts.take(execution(OWN, ExecType.TRADE))
    counts.take(execution(f"{NEXT.prefix}3-0", ExecType.TRADE))
    counts.enter(EPOCH)
    counts.enter(EPOCH)  # registered again

    assert (counters[FILLS], counters[FILLED]) == (2, 1)
    assert counters.process()["fills"] == 0


def test_outcomes_count_for_the_session_and_later_for_the_process_alone(counters: Counters) -> None:
    """An order may be reported on after its feed session was left."""
    counts = OutcomeCounts(counters)
    counts.enter(EPOCH)

    counts.take(execution(OWN, ExecType.TRADE, 4))
    counts.leave()
    counters.start_session()
    counts.take(execution(OWN, ExecType.TRADE, 2))
    counts.enter(NEXT)
    counts.take(execution(OWN, ExecType.EXPIRED))

    assert counters[FILLS] == counters[Counted.ORDERS_EXPIRED] == 0
    assert counters.process()["fills"] == 2
    assert counters.process()["orders_expired"] == 1


def test_orders_of_others_count_nowhere(counters: Counters) -> None:
    """Somebody may send an order under the same user."""
    counts = OutcomeCounts(counters)
    counts.enter(EPOCH)

    counts.take(execution("mine", ExecType.TRADE))

    assert counters.process()["fills"] == 0
