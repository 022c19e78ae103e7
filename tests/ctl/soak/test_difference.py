"""What people are told of the first difference between two runs."""

from pathlib import Path

import pytest

from tests.kit.feed_file import FeedFile
from tests.trading.verification.runs import Run
from tradestack.ctl.soak.difference import COLUMNS, Difference, find_difference
from tradestack.ctl.soak.killer import Kill
from tradestack.domain.fixed_point import SCALE
from tradestack.store.feed_tape import FeedTape

KILLS = [Kill(5, 1_000), Kill(15, 2_000), Kill(18, 3_000)]


@pytest.fixture
def feed(tmp_path: Path) -> FeedFile:
    """Twenty trades, at 100.01, 100.02 and so on."""
    feed = FeedFile(tmp_path)
    for number in range(1, 21):
        feed.trade(5, 100 + number / 100)
    return feed


def difference(feed: FeedFile, undisturbed: Run, disturbed: Run) -> Difference | None:
    """Compare what two runs did."""
    tape = FeedTape(feed.path)
    try:
        return find_difference(undisturbed.conduct, disturbed.conduct, KILLS, tape)
    finally:
        tape.close()


def text_of(found: Difference | None) -> str:
    """The text, with its lines joined where they were too long."""
    assert found is not None
    assert max(map(len, found.text.splitlines())) <= COLUMNS
    return " ".join(found.text.split())


def test_runs_that_are_the_same(feed: FeedFile) -> None:
    """There is none."""
    one, other = Run(1), Run(2)
    for run in (one, other):
        run.take(run.order(17), run.fill(17))

    assert difference(feed, one, other) is None


def test_a_request_after_a_kill(feed: FeedFile) -> None:
    """Kill, message in both runs, field and causes are told."""
    one, other = Run(1), Run(2, time_ns=2_500)
    one.take(one.order(16), one.order(17))
    other.take(other.order(16), other.order(19))

    found = difference(feed, one, other)

    text = text_of(found)
    assert text.startswith("first in request 2, after kill 2, which was at message 15 undisturbed")
    assert "for message 17: SPY trade 100.17, 2013-10-10T13:30:16" in text
    assert "for message 19: SPY trade 100.19, 2013-10-10T13:30:18" in text
    assert "ClOrdID: news-c0ffee-*-17-0 undisturbed, news-c0ffee-*-19-0 disturbed" in text
    assert "likely causes the wall clock: time.time()" in text
    assert found is not None
    result = found.as_dict()
    assert (result["kind"], result["number"], result["kills_before"]) == ("request", 2, 2)
    assert result["undisturbed"]["message"]["sequence"] == 17
    assert result["disturbed"]["content"]["FeedSeq"] == 19


def test_a_request_before_the_first_kill(feed: FeedFile) -> None:
    """Then no kill is its cause."""
    one, other = Run(1), Run(2, time_ns=500)
    one.take(one.order(17))
    other.take(other.order(17, quantity=11 * SCALE))

    text = text_of(difference(feed, one, other))

    assert "request 1, before the first kill: two undisturbed runs would differ as well" in text
    assert "OrderQty: 10 undisturbed, 11 disturbed" in text


def test_a_request_that_is_lacking(feed: FeedFile) -> None:
    """In either run."""
    one, other = Run(1), Run(2, time_ns=5_000)
    one.take(one.order(17))

    lacking, further = difference(feed, one, other), difference(feed, other, one)

    assert "request 1, which the disturbed run lacks" in text_of(lacking)
    assert "disturbed no further request likely causes" in text_of(lacking)
    assert "undisturbed no further request disturbed Order 1 BUY 10 SPY" in text_of(further)
    assert lacking is not None
    assert (lacking.as_dict()["disturbed"], lacking.as_dict()["kills_before"]) == (None, None)


def test_a_report_of_the_same_requests(feed: FeedFile) -> None:
    """That is not the strategy's doing, and people are asked to tell it."""
    one, other = Run(1), Run(2, time_ns=5_000)
    one.take(one.order(17), one.fill(17, last_price=SCALE))
    other.take(other.order(17), other.fill(17, last_price=2 * SCALE))

    text = text_of(difference(feed, one, other))

    assert text.startswith("first in report 2, after kill 3, which was at message 18")
    assert text.count("for message 20: SPY trade 100.2,") == 2
    assert "LastPx: 1 undisturbed, 2 disturbed" in text
    assert "Please report this, with the files of both runs (--state-dir DIR)." in text
