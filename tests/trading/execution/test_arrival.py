"""Tests of when requests arrive and reports are seen."""

from hypothesis import given
from hypothesis import strategies as st

from tradestack.trading.execution.arrival import arrival_ns, visible_time_ns
from tradestack.trading.execution.draws import DrawKey
from tradestack.trading.execution.model import ExecutionModel, Latency

KEY = DrawKey("alice", 12, 0)


def test_vector_e31_a_constant_latency() -> None:
    """100 ms on the way and 200 ms to insert are 300 ms."""
    model = ExecutionModel(entry_latency=Latency(300_000_000))

    assert arrival_ns(model, KEY, 1_000, 0) == 300_001_000


def test_a_request_never_overtakes_the_one_before() -> None:
    """The earlier arrival holds, also where the clock of its cause was later."""
    model = ExecutionModel(entry_latency=Latency(10))

    assert arrival_ns(model, KEY, 100, 109) == 110
    assert arrival_ns(model, KEY, 100, 115) == 115


def test_a_report_is_seen_after_its_latency_and_the_report_ahead() -> None:
    """The entry latency has no part in it."""
    model = ExecutionModel(entry_latency=Latency(10), report_latency=Latency(3))

    assert visible_time_ns(model, KEY, 100, 0) == 103
    assert visible_time_ns(model, KEY, 100, 104) == 104


def test_latencies_of_requests_and_trades_are_drawn_apart() -> None:
    """Each request has its entry latency, and each fill its report latency."""
    model = ExecutionModel(entry_latency=Latency(5, 10**9), report_latency=Latency(5, 10**9))
    arrivals = {arrival_ns(model, KEY._replace(cause_index=index), 0, 0) for index in range(20)}
    seen = {visible_time_ns(model, KEY, 0, 0, sequence) for sequence in range(20)}

    assert len(arrivals) == len(seen) == 20
    assert not arrivals & seen


@given(st.integers(0, 20), st.integers(0, 5), st.integers(0, 1000), st.integers(0, 2**40))
def test_a_drawn_latency_is_within_its_range(
    constant_ns: int, jitter_ns: int, cause: int, clock_ns: int
) -> None:
    """From the constant part to the constant part and all of the jitter."""
    latency = Latency(constant_ns, jitter_ns)
    model = ExecutionModel(entry_latency=latency, report_latency=latency)
    key = DrawKey("alice", cause, 0)

    for time_ns in (arrival_ns(model, key, clock_ns, 0), visible_time_ns(model, key, clock_ns, 0)):
        assert constant_ns <= time_ns - clock_ns <= constant_ns + jitter_ns


def test_the_ends_of_the_jitter_are_drawn() -> None:
    """0 and jitter_ns both occur."""
    model = ExecutionModel(entry_latency=Latency(0, 3))
    drawn = {arrival_ns(model, DrawKey("alice", cause, 0), 0, 0) for cause in range(200)}

    assert drawn == {0, 1, 2, 3}
