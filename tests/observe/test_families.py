"""Stats become families in the names and units of Prometheus."""

import pytest

from tradestack.observe.families import Family, FamilyKind, families_of
from tradestack.observe.metrics import (
    COUNTER,
    FAULT,
    GAUGE,
    HISTOGRAM,
    INFO,
    STATE,
    TEXT,
    TIME,
    Metric,
)
from tradestack.observe.statistics import LatencyHistogram

LATENCY = Metric("latency.publish", HISTOGRAM, "us", "From log to clients.")


def family(metric: Metric, value: object, *, labels: dict[str, str] | None = None) -> Family:
    """The one family, besides what runs, of a daemon with one value."""
    stats: dict[str, object] = {}
    *parents, last = metric.name.split(".")
    level = stats
    for parent in parents:
        level = level.setdefault(parent, {})  # type: ignore[assignment]
    if last == "*":
        assert isinstance(value, dict)
        level.update(value)
    else:
        level[last] = value
    _, found = families_of("order-manager", labels or {}, [metric], stats, {})
    return found


@pytest.mark.parametrize(
    ("metric", "value", "name", "unit", "points"),
    [
        (
            Metric("ticks_total", COUNTER, "messages", "Ticks."),
            3,
            "tradestack_order_manager_ticks",
            "",
            [("_total", {}, 3)],
        ),
        (
            Metric("process.fills", COUNTER, "fills", "Fills."),
            2,
            "tradestack_order_manager_process_fills",
            "",
            [("_total", {}, 2)],
        ),
        (
            Metric("wait_s", GAUGE, "s", "Wait."),
            1.5,
            "tradestack_order_manager_wait_seconds",
            "seconds",
            [("", {}, 1.5)],
        ),
        (
            Metric("log_bytes", GAUGE, "bytes", "Size."),
            9,
            "tradestack_order_manager_log_bytes",
            "bytes",
            [("", {}, 9)],
        ),
        (
            Metric("is_connected", GAUGE, "", "Whether it is."),
            True,
            "tradestack_order_manager_is_connected",
            "",
            [("", {}, 1)],
        ),
        (
            Metric("rejects.*", COUNTER, "orders", "By reason.", label="reason"),
            {"OTHER": 1, "STALE": 2},
            "tradestack_order_manager_rejects",
            "",
            [("_total", {"reason": "OTHER"}, 1), ("_total", {"reason": "STALE"}, 2)],
        ),
        (
            Metric("limits_used.*", GAUGE, "percent", "Used.", label="limit"),
            {"clients": 50, "position_max/news_SPY": 20, "position_max/news_IBM": 70},
            "tradestack_order_manager_limits_used_ratio",
            "ratio",
            [("", {"limit": "clients"}, 0.5), ("", {"limit": "position_max"}, 0.7)],
        ),
        (
            Metric("state", STATE, "", "State.", states=("live", "paused")),
            "paused",
            "tradestack_order_manager_state",
            "",
            [("", {"state": "live"}, 0), ("", {"state": "paused"}, 1)],
        ),
        (
            Metric("fault", FAULT, "", "Why."),
            "the disk is full",
            "tradestack_order_manager_fault",
            "",
            [("", {}, 1)],
        ),
        (
            Metric("start_time", TIME, "", "When."),
            "2026-01-01T00:00:00.500000Z",
            "tradestack_order_manager_process_start_time_seconds",
            "seconds",
            [("", {}, 1_767_225_600.5)],
        ),
        (
            Metric("cpu_seconds", COUNTER, "s", "CPU."),
            1.25,
            "tradestack_order_manager_process_cpu_seconds",
            "seconds",
            [("_total", {}, 1.25)],
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Metric) else "",
)
def test_value_has_name_and_unit_of_prometheus(
    metric: Metric,
    value: object,
    name: str,
    unit: str,
    points: list[tuple[str, dict[str, str], float]],
) -> None:
    """Base units, _total only after a counter, and of many values of a label the largest."""
    found = family(metric, value)

    assert (found.name, found.unit) == (name, unit)
    assert (found.kind is FamilyKind.COUNTER) == (metric.kind is COUNTER)
    assert [(each.suffix, each.labels) for each in found.points] == [each[:2] for each in points]
    assert [each.value for each in found.points] == pytest.approx([each[2] for each in points])


def test_no_fault_is_zero_and_an_unknown_value_is_left_out() -> None:
    """A fault that is over is shown as such; what is not known has no number."""
    metrics = [Metric("fault", FAULT, "", "Why it is."), Metric("expected", GAUGE, "", "Expected.")]

    _, fault = families_of("gateway", {}, metrics, {"fault": None, "expected": None}, {})

    assert (fault.short_name, fault.points[0].value) == ("fault", 0)
    assert fault.help == "Why it is; 1 if so, else 0."


@pytest.mark.parametrize(
    ("metric", "stats"),
    [
        (Metric("clients.*.lag", GAUGE, "", "Lag.", label="client"), {"clients": [{"lag": 3}]}),
        (Metric("rates.*", GAUGE, "messages/s", "Rate.", label="window"), {"rates": {"1s": 3.0}}),
        (Metric("config_pending.*", TEXT, "", "Why.", label="key"), {"config_pending": {"a": "b"}}),
        (Metric("uptime_s", GAUGE, "s", "Age."), {"uptime_s": 3.0}),
        (Metric("remedy", TEXT, "", "Remedy."), {"remedy": "free space"}),
        (Metric("session_start_time", TIME, "", "When."), {"session_start_time": ""}),
        (LATENCY, {"latency": {"publish": {"p50_us": 3.0}}}),
    ],
)
def test_what_is_unbounded_derived_or_for_people_is_left_out(
    metric: Metric, stats: dict[str, object]
) -> None:
    """No label of each client, no rate, no age, no text."""
    assert len(families_of("gateway", {}, [metric], stats, {})) == 1


def test_what_runs_is_one_info() -> None:
    """Its labels are the identifiers of the stats."""
    metrics = [
        Metric("version", INFO, "", "Version."),
        Metric("session", INFO, "", "Session."),
        Metric("order_session", INFO, "", "Session."),
    ]
    stats = {"version": "1.0", "session": "3DAA200000", "order_session": None}

    (info,) = families_of("strategy", {"strategy": "news"}, metrics, stats, {})

    assert (info.name, info.kind) == ("tradestack_strategy", FamilyKind.INFO)
    (point,) = info.points
    assert (point.suffix, point.value) == ("_info", 1)
    assert point.labels == {"strategy": "news", "version": "1.0", "session": "3DAA200000"}


def test_a_histogram_has_the_ladder_and_never_forgets() -> None:
    """Buckets, count and sum go on over a reset, in seconds."""
    durations = LatencyHistogram()
    durations.record(15_000)
    durations.reset()
    durations.record(2_000_000_000, 2)
    stats: dict[str, object] = {"latency": {"publish": durations.summary()}}

    _, found = families_of("gateway", {}, [LATENCY], stats, {"latency.publish": durations})

    buckets = {each.labels["le"]: each.value for each in found.points if "le" in each.labels}
    assert found.name == "tradestack_gateway_latency_publish_seconds"
    assert (buckets["1e-05"], buckets["2e-05"], buckets["1.0"], buckets["+Inf"]) == (0, 1, 1, 3)
    assert len(buckets) == 20
    assert [(each.suffix, each.value) for each in found.points[-2:]] == [
        ("_count", 3),
        ("_sum", pytest.approx(4.000015)),
    ]
