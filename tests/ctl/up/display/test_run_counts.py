"""What one run did, apart from earlier runs and over restarts of its daemons."""

from tests.ctl.up.stack_stats import stack_stats
from tradestack.ctl.up.display.progress import StackStats
from tradestack.ctl.up.display.run_counts import RunCounts


def looks(*stats: StackStats) -> RunCounts:
    """The counts after these looks."""
    counts = RunCounts()
    for each in stats:
        counts.look(each)
    return counts


def gateway(pid: int, session: str, head: int, published: int) -> StackStats:
    """A look at a gateway."""
    return stack_stats(
        {"pid": pid, "session": session, "head": head, "process": {"ticks_published": published}}
    )


def test_what_earlier_runs_did_is_not_counted() -> None:
    """The session has 100 messages, of which this process published 30."""
    assert looks(gateway(1, "A", 100, 30)).ticks.total == 30


def test_all_sessions_of_a_run_are_counted() -> None:
    """A process counts over its sessions."""
    assert looks(gateway(1, "A", 100, 100), gateway(1, "B", 20, 150)).ticks.total == 150


def test_the_count_goes_on_in_the_next_process() -> None:
    """What the dead one did after the last look is in the session that both have worked on."""
    counts = looks(gateway(1, "A", 100, 100), gateway(2, "A", 130, 10))

    assert counts.ticks.total == 130


def test_another_process_in_another_session_is_added() -> None:
    """What was not seen of the one before is not made up."""
    assert looks(gateway(1, "A", 100, 100), gateway(2, "B", 10, 10)).ticks.total == 110


def test_orders_of_a_respawned_order_manager_are_counted_once() -> None:
    """Its session has the orders of earlier runs and of the process that died."""

    def manager(pid: int, accepted: int, in_process: int) -> StackStats:
        process = {"orders_accepted": in_process, "orders_rejected": 0}
        return stack_stats(manager={"pid": pid, "orders_accepted": accepted, "process": process})

    assert looks(manager(1, 378, 3), manager(2, 385, 2)).orders_received == 10
