"""Rolling counts, against counts of everything that ever happened."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.risk.situations import BUY, SELL, an_order
from tradestack.trading.risk.limits import CountPerWindow
from tradestack.trading.risk.windows import (
    REPEATED_ORDERS_KEPT_MAX,
    Activity,
    EventWindow,
    RepeatedOrders,
)

LIMIT = CountPerWindow(count=3, window_ns=100)
# Feed time between two events.
steps = st.lists(st.integers(0, 60), max_size=60)


@given(steps)
def test_events_are_counted_up_to_one_above_the_limit(steps_ns: list[int]) -> None:
    """A window holds what is later than its length ago, however it is asked."""
    window, seen, now_ns = EventWindow(), list[int](), 0
    for step_ns in steps_ns:
        now_ns += step_ns
        expected = sum(time_ns > now_ns - LIMIT.window_ns for time_ns in seen)
        assert window.count(now_ns, LIMIT) == min(expected, LIMIT.count + 1)
        window.add(now_ns, LIMIT)
        seen.append(now_ns)
        assert len(window.times_ns) <= LIMIT.count + 1


def test_the_edge_of_a_window_is_outside() -> None:
    """An event is forgotten when exactly the window has passed."""
    window = EventWindow()
    window.add(0, LIMIT)

    assert (window.count(99, LIMIT), window.count(100, LIMIT)) == (1, 0)


def test_without_a_limit_nothing_is_kept() -> None:
    """A limit that is taken away forgets; one that is lowered keeps the newest events."""
    window = EventWindow()
    for time_ns in range(4):
        window.add(time_ns, LIMIT)

    window.add(4, CountPerWindow(count=1, window_ns=100))
    assert window.times_ns == [3, 4]
    assert window.count(3, CountPerWindow()) == 0


def test_repeated_orders_are_those_alike_in_everything_that_trades() -> None:
    """Another side, quantity, type or price is another order."""
    repeated, order = RepeatedOrders(), an_order(BUY, 1, 99)
    others = [an_order(SELL, 1, 99), an_order(BUY, 2, 99), an_order(BUY, 1, 98), an_order(BUY, 1)]
    for each in (order, *others, order):
        repeated.add(each, 0, LIMIT)

    assert repeated.count(order, 50, LIMIT) == 2
    assert [repeated.count(each, 50, LIMIT) for each in others] == [1] * 4
    assert repeated.count(order, 100, LIMIT) == 0


def test_the_order_that_was_repeated_most_is_found() -> None:
    """In the window, and none where nothing was sent or nothing is limited."""
    repeated = RepeatedOrders()
    assert repeated.most(0, LIMIT) == 0
    for order in (an_order(BUY, 1), an_order(BUY, 2), an_order(BUY, 2)):
        repeated.add(order, 0, LIMIT)

    assert (repeated.most(99, LIMIT), repeated.most(100, LIMIT)) == (2, 0)
    assert repeated.most(99, CountPerWindow()) == 0


def test_the_order_that_was_repeated_longest_ago_is_forgotten_first() -> None:
    """Memory is bounded, whatever a user sends."""
    repeated, first = RepeatedOrders(), an_order(BUY, 1)
    repeated.add(first, 0, LIMIT)
    repeated.add(an_order(BUY, 2), 0, LIMIT)
    repeated.add(first, 0, LIMIT)
    for quantity in range(3, REPEATED_ORDERS_KEPT_MAX + 2):
        repeated.add(an_order(BUY, quantity), 0, LIMIT)

    assert len(repeated.windows) == REPEATED_ORDERS_KEPT_MAX
    assert repeated.count(first, 0, LIMIT) == 2
    assert repeated.count(an_order(BUY, 2), 0, LIMIT) == 0


def test_windows_survive_a_checkpoint() -> None:
    """A restart forgets no event."""
    activity, repeated = Activity(), RepeatedOrders()
    activity.submissions.add(5, LIMIT)
    repeated.add(an_order(), 5, LIMIT)

    for each in (activity, repeated):
        assert msgspec.json.decode(msgspec.json.encode(each), type=type(each)) == each
