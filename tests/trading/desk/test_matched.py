"""How far the orders have met the feed, as it counts."""

from tradestack.trading.desk.matched import Matched
from tradestack.wire.order_messages import MatchedThrough

SESSION = "0ABCDEFGHI"


def matched_through(sequence: int, reports: int, session: str = SESSION) -> MatchedThrough:
    """MatchedThrough after that many reports."""
    return MatchedThrough(feed_session=session, feed_seq=sequence, reports=reports)


def test_it_counts_once_its_reports_were_received() -> None:
    """The newest one is kept until then."""
    matched = Matched(SESSION, received=1)

    matched.tell(matched_through(5, 1))
    at_once = matched.through
    matched.tell(matched_through(7, 2))
    matched.tell(matched_through(8, 3))
    too_few = matched.receive(2), matched.through
    enough = matched.receive(3), matched.through

    assert (at_once, too_few, enough) == (5, (False, 5), (True, 8))
    assert not matched.receive(4)


def test_it_never_goes_back_and_is_of_its_feed_session() -> None:
    """It is cumulative."""
    matched = Matched(SESSION, received=0)

    matched.tell(matched_through(5, 0))
    matched.tell(matched_through(4, 0))
    matched.tell(matched_through(9, 0, "0ABCDEFGHJ"))

    assert matched.through == 5


def test_another_order_session_counts_from_its_first_report() -> None:
    """What was said in the one before waits no longer."""
    matched = Matched(SESSION, received=10)
    matched.tell(matched_through(5, 11))

    matched.leave_order_session()
    matched.receive(1)
    matched.tell(matched_through(6, 2))
    before = matched.through
    matched.receive(2)

    assert (before, matched.through) == (0, 6)
