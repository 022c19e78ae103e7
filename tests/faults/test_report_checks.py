"""The comparison of reports finds each that differs, and excuses only what is not promised."""

import dataclasses
import math
from typing import Any

import pytest

from tests.faults.compare.bounds import decided_through
from tests.faults.compare.evidence import Evidence, OrderSession
from tests.faults.compare.report_checks import answers_compared, report_differences
from tests.faults.made_evidence import SOUND, Record, late_fill_of, order_session, with_records

FILL = late_fill_of("dense", 5, 4, "F1")
PORTFOLIOS = {("dense", "F1"): b"some", ("wide", "F1"): b"none"}


def with_fills(*fills: Record, **changes: Any) -> Evidence:
    """The sound run in which orders are filled at the end."""
    made = with_records(lambda all_: [*all_, *fills])
    return dataclasses.replace(made, **({"portfolios": PORTFOLIOS} | changes))


def restarted(user: str, *, sessions: int, power_cuts: int = 0, may_lack: bool = False) -> Evidence:
    """A run in which a strategy was started again, and whose orders are in order sessions."""
    ends = [may_lack] + [False] * (sessions - 1)
    made = [
        order_session(f"O{number}", number, [(user, number + 1)], starts={}, may_lack_its_end=end)
        for number, end in enumerate(ends, 1)
    ]
    return dataclasses.replace(SOUND, order_sessions=made, restarted={user}, power_cuts=power_cuts)


EXPECTED = with_fills(FILL)


def test_names_and_times_of_a_run_are_not_compared() -> None:
    """They are others in every run."""
    other = late_fill_of("dense", 5, 4, "F1", OrderID=9, ExecID="X", TransactTime=1)
    found = with_fills(other)

    assert list(report_differences(EXPECTED, found)) == []
    assert answers_compared(EXPECTED, found) == (5, 5)


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        (with_fills(), "report 3 of dense in F1: None, not "),
        (with_fills(FILL, FILL), "report 4 of dense in F1: "),
        (with_fills(late_fill_of("dense", 5, 4, "F1", LastPx="101")), "report 3 of dense in F1: "),
        (with_fills(late_fill_of("dense", 5, 4, "F1", VisibleTime=1)), "report 3 of dense in F1: "),
        (with_fills(late_fill_of("wide", 3, 3, "F1")), "report 3 of wide in F1: "),
        (with_fills(FILL, portfolios={}), "account of dense in F1: in the end None"),
    ],
)
def test_each_difference_is_seen(found: Evidence, complaint: str) -> None:
    """A report that is missing, doubled, another one or somebody else's, and other money."""
    lines = list(report_differences(EXPECTED, found))

    assert any(line.startswith(complaint) for line in lines), lines


def test_what_follows_on_a_missing_order_is_not_compared() -> None:
    """It is missing where it may be, or another check complains."""
    found = with_records(lambda all_: [record for record in all_ if record.get("Cause") != 5])
    found = dataclasses.replace(found, portfolios=PORTFOLIOS)

    assert list(report_differences(EXPECTED, found)) == []
    assert answers_compared(EXPECTED, found) == (3, 3)


def test_a_report_that_is_made_again_counts_and_one_of_a_working_order_does_not() -> None:
    """The next order session begins with both, if the one before has lost its end."""
    (whole,) = EXPECTED.order_sessions
    working = late_fill_of("dense", 5, 4, "F1", ExecRestatementReason="RENEWAL")
    records = [{"Record": "Session", "NextOrderID": 6, "Carried": 2}, FILL, working]
    torn = dataclasses.replace(whole, records=whole.records[:-1], may_lack_its_end=True)
    following = OrderSession(id="O2", records=records, served={})
    found = dataclasses.replace(EXPECTED, order_sessions=[torn, following])

    assert list(report_differences(EXPECTED, found)) == []


def test_what_follows_on_an_account_that_is_begun_again_is_not_compared() -> None:
    """A forced end of the order session has ended it before its feed log was there again."""
    (whole,) = EXPECTED.order_sessions
    at = next(number for number, each in enumerate(whole.records) if each.get("Cause") == 5)
    expired = late_fill_of("dense", 2, 1, "F1", ExecType="EXPIRED", FeedSeq=5)
    begun = {"Record": "Account", "User": "dense", "FeedSession": "F1"}
    first = dataclasses.replace(whole, records=whole.records[: at + 1], may_lack_its_end=True)
    following = OrderSession(
        id="O2",
        records=[{"Record": "Session", "NextOrderID": 6, "Carried": 1}, expired, begun],
        served={},
    )
    found = dataclasses.replace(EXPECTED, order_sessions=[first, following], portfolios=PORTFOLIOS)

    lines = list(report_differences(EXPECTED, found))

    assert [line for line in lines if "of dense" in line] == []


@pytest.mark.parametrize(
    ("found", "user", "through"),
    [
        (restarted("quotes", sessions=1), "quotes", math.inf),
        (restarted("quotes", sessions=2), "quotes", math.inf),
        (restarted("quotes", sessions=2, may_lack=True), "quotes", 1),
        (restarted("dense", sessions=2), "dense", math.inf),
        (restarted("quotes", sessions=2), "dense", math.inf),
        (restarted("quotes", sessions=1, power_cuts=1, may_lack=True), "quotes", 1),
        (
            dataclasses.replace(restarted("quotes", sessions=2, may_lack=True), restarted=()),
            "quotes",
            math.inf,
        ),
    ],
)
def test_an_interactive_strategy_decides_as_undisturbed_while_it_knows_its_reports(
    found: Evidence, user: str, through: float
) -> None:
    """Started again, it reads those of earlier order sessions, unless their ends are lost."""
    assert decided_through(found, found.feeds[-1], user) == through
