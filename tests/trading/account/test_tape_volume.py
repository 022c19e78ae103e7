"""The volume of a window, against a sum over every trade."""

from hypothesis import given
from hypothesis import strategies as st

from tests.kit.tape import MemoryTape
from tradestack.domain.trade import Trade
from tradestack.trading.account.tape_volume import TapeVolume

WINDOW_NS = 100


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["SPY", "IBM"]), st.integers(0, 9)),
        min_size=1,
        max_size=40,
    ),
    st.lists(st.integers(0, 39), max_size=12),
)
def test_the_volume_is_that_of_the_trades_in_the_window(
    trades: list[tuple[int, str, int]], asked: list[int]
) -> None:
    """At any message, in any order of the questions, and however old the tape is."""
    tape, time_ns, known = MemoryTape(), 1_000, list[Trade]()
    for number, (step_ns, symbol, size) in enumerate(trades, 1):
        time_ns += step_ns
        known.append(Trade(number, symbol, time_ns, 5, size))
        tape.append(known[-1])
    volume = TapeVolume(tape, "SPY", WINDOW_NS)

    for place in [min(each, len(known) - 1) for each in (*asked, *range(len(known)))]:
        now = known[place]
        expected = sum(
            trade.size
            for trade in known[: place + 1]
            if trade.symbol == "SPY" and trade.event_time_ns > now.event_time_ns - WINDOW_NS
        )
        assert volume.volume(now.sequence, now.event_time_ns) == expected


def test_a_tape_without_messages_has_no_volume() -> None:
    """Nor has a place before its first one."""
    assert TapeVolume(MemoryTape(), "SPY", WINDOW_NS).volume(0, 0) == 0
