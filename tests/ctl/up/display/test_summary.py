"""What `up` shows of a run."""

import dataclasses
from typing import Any

import pytest

from tests.ctl.up.stack_stats import STRATEGY, stack_stats
from tradestack.ctl.feed_state import Progress
from tradestack.ctl.up.display.run_counts import RunCounts, RunResult
from tradestack.ctl.up.display.summary import fitted, status_parts, summary
from tradestack.trading.replies.run_accounts import Holding, RunAccount

COLUMNS = 79


def parts(gateway: dict[str, Any], progress: Progress | None = None) -> list[str]:
    """The parts of the line for a gateway with these stats."""
    stats = stack_stats({"source_state": "running", **gateway})
    counts = RunCounts()
    counts.look(stats)
    return status_parts(stats, counts, progress)


def test_the_state_begins_with_what_is_left() -> None:
    """Then come rate, orders and ticks."""
    assert parts({}, Progress(0.284, 52.9)) == [
        "28 %, 52 s left",
        "500 ticks/s",
        "2 orders",
        "10 ticks",
    ]


@pytest.mark.parametrize(
    ("gateway", "text"),
    [
        (
            {
                "next_tick_wait_s": 42.3,
                "next_tick_gap_s": 234_000,
                "next_tick_gap_cut_to_s": 60,
            },
            "waiting 42 s (gap of 2 d 17 h cut to 1 min)",
        ),
        ({"next_tick_wait_s": 9.0, "next_tick_gap_s": 540.0}, "waiting 9 s (gap of 9 min)"),
        ({"next_tick_wait_s": 5.0}, "waiting 5 s"),
        ({"publication_blocked": "the disk is full"}, "blocked: the disk is full"),
        ({"source_state": "paused", "next_tick_wait_s": 5.0}, "paused"),
    ],
)
def test_a_wait_is_explained(gateway: dict[str, Any], text: str) -> None:
    """A rate of 0 would be no news."""
    assert parts(gateway)[0] == text


def test_the_state_has_as_many_parts_as_fit() -> None:
    """The first one stays, cut if need be."""
    assert fitted(["aaa", "bbb", "ccc"], 15) == "aaa | bbb | ccc"
    assert fitted(["aaa", "bbb", "ccc"], 14) == "aaa | bbb"
    assert fitted(["aaa", "bbb"], 2) == "aa"


ACCOUNT = RunAccount("21.7", "30", "0", 37, "51.7", {"SPY": Holding("10", "689.05")})


def result(elapsed_s: float = 4.0) -> RunResult:
    """A run of large numbers."""
    stats = stack_stats({"head": 1_234_567_890, "process": {"ticks_published": 1_234_567_890}})
    counts = RunCounts()
    counts.look(stats)
    return RunResult(stats, counts, elapsed_s, accounts={"news": ACCOUNT})


def test_accounts_of_another_span_than_the_run_are_named() -> None:
    """Each feed session has accounts of its own, a run may have several, or a part of one."""
    looped = stack_stats({"head": 30, "process": {"ticks_published": 1_030}})
    counts = RunCounts()
    counts.look(looped)

    lines = summary(RunResult(looped, counts, 4.0, accounts={"news": ACCOUNT})).splitlines()

    assert lines[3:5] == [
        "  of the newest feed session, 30 ticks:",
        "  news: 37 fills, P&L 51.70 (21.70 realized, 30.00 unrealized, 0.00 fees)",
    ]
    carried = dataclasses.replace(ACCOUNT, opened_equity="1", session_pnl="2")
    carrying = RunResult(looped, counts, 4.0, accounts={"news": carried})
    assert "of the newest feed session" not in summary(carrying)


def test_the_summary_has_time_rates_orders_and_latencies() -> None:
    """Each is said once, of the whole run."""
    assert summary(result()).splitlines() == [
        "ran 4.0 s",
        "  1,234,567,890 ticks, 308,641,972/s",
        "  2 orders, 0.5/s: 2 accepted, 0 rejected",
        "  news: 37 fills, P&L 51.70 (21.70 realized, 30.00 unrealized, 0.00 fees)",
        "  s0, tick to order: 0.42 ms (p50), 1.23 ms (p99)",
        "  s0, order to report: 0.42 ms (p50), 1.23 ms (p99)",
    ]


def test_the_summary_says_how_many_outcomes_are_unknown() -> None:
    """Over all processes of a strategy: one that was started again counts from 0."""
    counts = RunCounts()
    for pid, unknown in ((12, 1), (12, 2), (13, 1)):
        process = {**STRATEGY["process"], "orders_unknown": unknown}
        stats = stack_stats(None, {"pid": pid, "process": process})
        counts.look(stats)
    ended = RunResult(stats, counts, 4.0)
    run: Any = ended.as_dict()["run"]

    line = "  3 orders sent with unknown outcome: the order session is gone"
    assert line in summary(ended).splitlines()
    assert run["orders_unknown"] == 3


def test_no_line_of_the_summary_is_longer_than_a_terminal() -> None:
    """So none wraps at 80 columns."""
    assert all(len(line) <= COLUMNS for line in summary(result(123_456)).splitlines())


def test_the_result_has_the_same_as_json() -> None:
    """Beside the stats of the daemons, which stay as they are."""
    values: dict[str, Any] = result().as_dict()

    assert values["gateway"]["ticks_total"] == 1234
    assert values["accounts"] == {"news": ACCOUNT.as_dict()}
    run = values["run"]
    assert (run["elapsed_s"], run["ticks"], run["orders_received"]) == (4.0, 1_234_567_890, 2)
    assert run["latency"]["s0"]["order_to_report"]["p99_us"] == 1234.5
