"""Metrics: declarations and the values in a daemon's stats."""

import pytest

from tradestack.observe.metrics import COUNTER, GAUGE, HISTOGRAM, Metric, collect, undeclared

TICKS = Metric("ticks_total", COUNTER, "messages", "Ticks published.")
RATES = Metric("rates.*", GAUGE, "messages/s", "Ticks published per second.", label="window")
LAG = Metric("clients.*.lag", GAUGE, "messages", "Messages to be sent.", label="client")
LATENCY = Metric("latency.answer", HISTOGRAM, "us", "From question to answer.")
METRICS = (TICKS, RATES, LAG, LATENCY)
STATS = {
    "ticks_total": 3,
    "rates": {"1s": 2.5, "10s": 1.0},
    "clients": [{"lag": 7}],
    "latency": {"answer": {"p50_us": 4.0, "count": 9}},
}


def test_values_are_paired_with_their_declarations() -> None:
    """The part of the path that varies is the label; a histogram has several values."""
    samples = [(each.metric, each.label, each.value) for each in collect(METRICS, STATS)]

    assert samples == [
        (TICKS, "", 3),
        (RATES, "1s", 2.5),
        (RATES, "10s", 1.0),
        (LAG, "0", 7),
        (LATENCY, "p50_us", 4.0),
        (LATENCY, "count", 9),
    ]


@pytest.mark.parametrize(
    ("stats", "paths"),
    [
        (STATS, []),
        ({"ticks": 1}, ["ticks"]),
        ({"rates": {"1s": {"deep": 1}}}, ["rates.1s.deep"]),
        ({"clients": [{"lag": 1, "user": "news"}]}, ["clients.0.user"]),
        ({"latency": {"question": {"p50_us": 1.0}}}, ["latency.question.p50_us"]),
    ],
)
def test_values_without_a_declaration_are_listed(
    stats: dict[str, object], paths: list[str]
) -> None:
    """Each by its path."""
    assert list(undeclared(METRICS, stats)) == paths


def test_name_that_is_declared_twice_is_refused() -> None:
    """Two tables of one daemon must not claim the same value."""
    again = Metric("ticks_total", GAUGE, "", "Again.")

    with pytest.raises(ValueError, match="ticks_total is declared twice"):
        collect((*METRICS, again), STATS)
