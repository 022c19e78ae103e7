"""What is made of the statistics that daemons recorded, over restarts too."""

from typing import Any

import pytest

from tradestack.report.building.daemon_statistics import recorded_of
from tradestack.sessions.recorded_statistics import DaemonStatistics
from tradestack.store.statistics_file import ProcessUse, Statistics

SECOND = 10**9
SESSION = "3DAA200000"


def line(time_s: int, since_s: int, cpu_seconds: float, rss_bytes: int, **stats: Any) -> Statistics:
    """Return what a daemon recorded at a time."""
    use = ProcessUse(cpu_seconds=cpu_seconds, rss_bytes=rss_bytes, rss_peak_bytes=rss_bytes)
    return Statistics(
        time=time_s * SECOND, since=since_s * SECOND, stats={"version": "1.0", **stats}, process=use
    )


def daemon(name: str, *lines: Statistics) -> DaemonStatistics:
    """Return what a daemon recorded."""
    return DaemonStatistics(name, SESSION, lines, 0, 0)


def latency(count: int, p50_us: float) -> dict[str, Any]:
    """Return the histogram of a strategy."""
    times = {"p50_us": p50_us, "p99_us": 2.5, "p999_us": 3.5}
    return {"latency": {"order_to_report": {**times, "count": count}}}


def test_without_a_line_nothing_is_recorded() -> None:
    """Not of a file without whole lines, nor without any file."""
    assert recorded_of([]) is None
    assert recorded_of([daemon("gateway")]) is None


def test_a_process_counts_from_its_start_and_another_one_is_a_restart() -> None:
    """10 s of which 2 were used, then 20 s of which 4 were used."""
    recorded = recorded_of(
        [
            daemon(
                "strategy-news",
                line(5, 0, 1.0, 100),
                line(10, 0, 2.0, 300),
                line(40, 20, 4.0, 200),
            )
        ]
    )

    assert recorded is not None
    (process,) = recorded.processes()
    assert (process.daemon, process.instance, process.samples) == ("strategy", "news", 3)
    assert process.cpu_seconds == pytest.approx(6.0)
    assert process.cpu_share == pytest.approx(0.2)
    assert process.rss_bytes_max == 300
    assert (process.since, process.until) == (0, 40 * SECOND)
    assert recorded.restarts() == {"strategy-news": 1}
    assert recorded.versions() == {"strategy-news": "1.0"}


def test_a_web_server_that_comes_and_leaves_was_not_restarted() -> None:
    """It ends when nobody looks; its processes count together."""
    recorded = recorded_of([daemon("web", line(5, 0, 1.0, 100), line(40, 20, 4.0, 200))])

    assert recorded is not None
    assert recorded.restarts() == {}
    (process,) = recorded.processes()
    assert process.daemon == "web"
    assert process.cpu_seconds == pytest.approx(5.0)


def test_of_several_histograms_the_one_with_the_most_durations_counts() -> None:
    """Percentiles of two cannot be added up; since: from when on that one counts."""
    recorded = recorded_of(
        [
            daemon("strategy-a", line(10, 0, 1, 1, **latency(5, 1.5))),
            daemon(
                "strategy-b",
                line(10, 1, 1, 1, **latency(9, 7.5)),
                line(20, 15, 1, 1, **latency(2, 9.5)),
            ),
        ]
    )

    assert recorded is not None
    found = recorded.latency("strategy", "order_to_report")
    assert found is not None
    assert (found.percentiles.count, found.percentiles.p50_ns, found.since) == (9, 7_500, SECOND)
    assert recorded.latency("strategy", "book_read") is None
    assert recorded.latency("gateway", "publish") is None


def test_a_histogram_without_durations_is_not_recorded() -> None:
    """Its percentiles would be 0."""
    recorded = recorded_of([daemon("strategy-a", line(10, 0, 1, 1, **latency(0, 0)))])

    assert recorded is not None
    assert recorded.latency("strategy", "order_to_report") is None


def test_the_lag_of_a_client_is_followed_over_all_lines() -> None:
    """Its largest and its newest; a line that was too long has no clients."""
    one = {"clients": [{"peer": "127.0.0.1:1", "user": "news", "lag": 7}]}
    two = {"clients": [{"peer": "127.0.0.1:1", "user": "news", "lag": 2}]}
    recorded = recorded_of(
        [daemon("gateway", line(1, 0, 1, 1, **one), line(2, 0, 1, 1, **two), line(3, 0, 1, 1))]
    )

    assert recorded is not None
    (client,) = recorded.clients() or ()
    assert (client.user, client.lag_max, client.lag_last, client.samples) == ("news", 7, 2, 2)


def test_counters_are_those_of_the_newest_line_of_a_daemon() -> None:
    """A daemon that recorded nothing has none."""
    recorded = recorded_of(
        [daemon("gateway", line(1, 0, 1, 1, rows_rejected=1), line(2, 0, 1, 1, rows_rejected=4))]
    )

    assert recorded is not None
    assert (recorded.newest("gateway") or {})["rows_rejected"] == 4
    assert recorded.newest("order-manager") is None
    assert recorded.clients() == ()
